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

/** Where Debian's packages put them. */
export const HAPROXY = '/usr/sbin/haproxy'
export const NGINX = '/usr/sbin/nginx'
export const APACHE = '/usr/sbin/apache2'
export const CADDY = '/usr/bin/caddy'

/** True where that load balancer can run as well; as for members. */
export const canRunHAProxy: boolean = canStartMembers && has(HAPROXY, 'haproxy')
export const canRunNginx: boolean = canStartMembers && has(NGINX, 'nginx-light')
export const canRunApache: boolean = canStartMembers && has(APACHE, 'apache2-bin')
export const canRunCaddy: boolean = canStartMembers && has(CADDY, 'caddy')

function has(program: string, ofPackage: string): boolean {
  try {
    accessSync(program, constants.X_OK)
    return true
  } catch {
    const obstacle = `There is no ${program}: install the Debian package ${ofPackage}.`
    if (process.env['CI'] === 'true') throw new Error(obstacle)
    process.stderr.write(`Scenarios with that load balancer are skipped. ${obstacle}\n`)
    return false
  }
}

/** Where Debian's package puts it. */
export const CHROMIUM = '/usr/bin/chromium'

/** True where a browser can run as well; as for members. */
export const canRunChromium: boolean = canStartMembers && hasChromium()

function hasChromium(): boolean {
  try {
    accessSync(CHROMIUM, constants.X_OK)
    return true
  } catch {
    const obstacle = `There is no ${CHROMIUM}: install the Debian package chromium.`
    if (process.env['CI'] === 'true') throw new Error(obstacle)
    process.stderr.write(`The scenarios with a browser are skipped. ${obstacle}\n`)
    return false
  }
}
