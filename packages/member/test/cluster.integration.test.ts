import { HazelcastJsonValue, type Client } from 'hazelcast-client'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Member } from '@hazelcast-session/member'
import { proxyBefore } from './counting-proxy.ts'
import { clientFor, canStartMembers, memberFor } from './real-member.ts'

const ENTRIES = 5000
const members = ['127.0.0.1:5761', '127.0.0.1:5762']
const settled = { timeout: 60_000, interval: 100 }

async function startPair(clusterName: string): Promise<[Member, Member, Client]> {
  const shared = { clusterName, members, autoIncrement: false }
  const first = await memberFor(onTestFinished, { ...shared, port: 5761 })
  const second = await memberFor(onTestFinished, { ...shared, port: 5762 })
  const client = await clientFor(onTestFinished, clusterName, ...members)
  await vi.waitFor(() => expect(client.getCluster().getMembers()).toHaveLength(2), settled)
  return [first, second, client]
}

async function fill(client: Client): Promise<void> {
  const map = await client.getMap<string, HazelcastJsonValue>('session_replication')
  const attributes = 'x'.repeat(1000)
  for (let start = 0; start < ENTRIES; start += 500) {
    const keys = Array.from({ length: 500 }, (_, index) => start + index)
    await Promise.all(keys.map((n) => map.put(`HZ${n}`, new HazelcastJsonValue(JSON.stringify({ n, attributes })))))
  }
}

/** How many entries are there and are whole. */
async function readable(client: Client): Promise<number> {
  // The client parses JSON values on its own.
  const map = await client.getMap<string, { n: number; attributes: string }>('session_replication')
  const keys = Array.from({ length: ENTRIES }, (_, n) => `HZ${n}`)
  const entries = await map.getAll(keys)
  return entries.filter(([key, value]) => key === `HZ${value.n}` && value.attributes.length === 1000).length
}

describe.skipIf(!canStartMembers)('two members', () => {
  test('form a cluster, and an orderly stop of one loses nothing', async () => {
    const [first, , client] = await startPair('pair-stop')
    await fill(client)
    await first.stop()
    await expect(first.exited).resolves.toEqual({ code: 143, signal: null })
    await vi.waitFor(() => expect(client.getCluster().getMembers()).toHaveLength(1), settled)
    await expect(readable(client)).resolves.toBe(ENTRIES)
  })

  test('a kill of one loses nothing either: each entry has a backup', async () => {
    const [first, , client] = await startPair('pair-kill')
    await fill(client)
    process.kill(first.pid, 'SIGKILL')
    await first.exited
    await vi.waitFor(() => expect(client.getCluster().getMembers()).toHaveLength(1), settled)
    await expect(readable(client)).resolves.toBe(ENTRIES)
  })

  test('form a cluster through proxies, where each is known by its proxy alone', async () => {
    const [before5763, before5764] = [await proxyBefore(5763, onTestFinished), await proxyBefore(5764, onTestFinished)]
    const publicAddresses = [before5763.address, before5764.address]
    const shared = { clusterName: 'pair-proxied', members: publicAddresses }
    await memberFor(onTestFinished, { ...shared, port: 5763, publicAddress: before5763.address })
    await memberFor(onTestFinished, { ...shared, port: 5764, publicAddress: before5764.address })
    const client = await clientFor(onTestFinished, 'pair-proxied', before5763.address)
    await vi.waitFor(() => expect(client.getCluster().getMembers()).toHaveLength(2), settled)
    const seen = client.getCluster().getMembers()
    expect(seen.map(({ address }) => address.toString()).toSorted()).toEqual(publicAddresses.toSorted())
  })
})
