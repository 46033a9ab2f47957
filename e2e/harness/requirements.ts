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
