import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Cluster } from './cluster.ts'

const PROGRAM = fileURLToPath(new URL('programs/open-and-close.mjs', import.meta.url))
/** A process that does not end by itself is killed, and the call rejects. */
const LIMIT = 60_000

/**
 * Opens and closes a store in a process of its own, which has to end by itself.
 *
 * @returns what still kept that process alive once the store was closed
 */
export async function leftAfterClose(cluster: Cluster, when: 'connected' | 'connecting'): Promise<readonly string[]> {
  const env = {
    PATH: process.env['PATH'],
    HZ_SESSION_CLUSTER_NAME: cluster.name,
    HZ_SESSION_CLUSTER_MEMBERS: cluster.addresses.join(','),
  }
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, when], { env, timeout: LIMIT })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as string[]
}
