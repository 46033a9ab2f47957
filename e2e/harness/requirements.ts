import { accessSync, constants } from 'node:fs'
import { locateJar, locateJava } from '@hazelcast-session/member'

/**
 * True where members can run. Without Java or a jar the scenarios are skipped and the reason is written out; in CI,
 * where nobody would notice, that is an error.
 */
export const canStartMembers: boolean = await checkRequirements()

async function checkRequirements(): Promise<boolean> {
  const obstacle = await obstacleToMembers()
  if (obstacle === undefined) return true
  if (process.env['CI'] === 'true') throw new Error(obstacle)
  process.stderr.write(`The scenarios are skipped: they need Hazelcast members. ${obstacle}\n`)
  return false
}

async function obstacleToMembers(): Promise<string | undefined> {
  try {
    await locateJava()
    await locateJar()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Where Debian's package puts it. */
export const HAPROXY = '/usr/sbin/haproxy'

/** True where HAProxy can run as well; as for members. */
export const canRunHAProxy: boolean = canStartMembers && hasHAProxy()

function hasHAProxy(): boolean {
  try {
    accessSync(HAPROXY, constants.X_OK)
    return true
  } catch {
    const obstacle = `There is no ${HAPROXY}: install the Debian package haproxy.`
    if (process.env['CI'] === 'true') throw new Error(obstacle)
    process.stderr.write(`The scenarios with a load balancer are skipped. ${obstacle}\n`)
    return false
  }
}
