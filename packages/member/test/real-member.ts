import { readdir } from 'node:fs/promises'
import { Client } from 'hazelcast-client'
import { locateJar, locateJava, startMember, type Member, type StartMemberOptions } from '@hazelcast-session/member'

/** A log nobody reads. */
export const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

type OnEnd = (clean: () => Promise<void>) => void

/**
 * True where members can run. Without Java or a jar the tests that need one are skipped and the reason is written out, but in CI, where
 * nobody would notice, that is an error.
 */
export const canStartMembers: boolean = await checkRequirements()

async function checkRequirements(): Promise<boolean> {
  const obstacle = await obstacleToMembers()
  if (obstacle === undefined) return true
  if (process.env['CI'] === 'true') throw new Error(obstacle)
  process.stderr.write(`Tests with a real member are skipped. ${obstacle}\n`)
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

/** A member that is stopped when the test or the suite that asked for it is over. */
export async function memberFor(onEnd: OnEnd, options: StartMemberOptions = {}): Promise<Member> {
  const member = await startMember({ log: silent, port: 5741, ...options })
  onEnd(() => member.stop())
  return member
}

/** A client of one cluster, shut down when the test that asked for it is over. */
export async function clientFor(onEnd: OnEnd, clusterName: string, ...addresses: string[]): Promise<Client> {
  const client = await Client.newHazelcastClient({
    clusterName,
    network: { clusterMembers: addresses },
    properties: { 'hazelcast.logging.level': 'OFF' },
  })
  onEnd(() => client.shutdown())
  return client
}

/** The folders that members have of their own in this folder for temporary files. */
export async function memberFoldersIn(folder: string): Promise<string[]> {
  const names = await readdir(folder)
  return names.filter((name) => name.startsWith('hazelcast-member-'))
}
