import { createServer, type AddressInfo } from 'node:net'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HazelcastJsonValue, Predicates, type Client } from 'hazelcast-client'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { StartMemberOptions } from '@hazelcast-session/member'
import { proxyBefore } from './counting-proxy.ts'
import { temporaryFolder } from './fake-command.ts'
import { clientFor, canStartMembers, memberFor, memberFoldersIn, silent } from './real-member.ts'

const FOREVER = '9223372036854775807'

/** The time to live in milliseconds that an entry of this map gets when nobody gives it one. */
async function timeToLiveOf(client: Client, mapName: string): Promise<string> {
  const map = await client.getMap<string, HazelcastJsonValue>(mapName)
  await map.put('probe', new HazelcastJsonValue('{}'))
  const view = await map.getEntryView('probe')
  return String(view.ttl)
}

describe.skipIf(!canStartMembers)('a member on its own', () => {
  test('is ready for clients where it says it listens, keeps the session map, and is gone after stop', async () => {
    const logged: string[] = []
    const note = (message: string): void => void logged.push(message)
    const temporary = await temporaryFolder(onTestFinished)
    vi.stubEnv('TMPDIR', temporary)
    onTestFinished(() => void vi.unstubAllEnvs())
    const log = { ...silent, info: note, warn: note, error: note }
    const member = await memberFor(onTestFinished, { log })
    expect(member.address).toBe(`${member.host}:${member.port}`)
    expect(member.host).toBe('127.0.0.1')
    expect(await memberFoldersIn(temporary)).toHaveLength(1)
    expect(member.clusterName).toMatch(/^dev-/)
    const client = await clientFor(onTestFinished, member.clusterName, member.address)
    await expect(timeToLiveOf(client, 'session_replication')).resolves.toBe('7200000')
    await expect(timeToLiveOf(client, 'another')).resolves.toBe(FOREVER)
    await client.shutdown()
    await Promise.all([member.stop(), member.stop()])
    await expect(member.exited).resolves.toEqual({ code: 143, signal: null })
    await member[Symbol.asyncDispose]()
    expect(() => process.kill(member.pid, 0)).toThrow('ESRCH')
    expect(await memberFoldersIn(temporary)).toEqual([])
    expect(logged).toEqual([expect.stringMatching(/listens on 127\.0\.0\.1:\d+, pid \d+/)])
  })

  test('keeps each map as described, and finds JSON records by principal', async () => {
    const maps = { net: { timeToLiveSeconds: 60 }, immortal: { timeToLiveSeconds: 0 }, plain: { stock: true } }
    const member = await memberFor(onTestFinished, { maps })
    const client = await clientFor(onTestFinished, member.clusterName, member.address)
    await expect(timeToLiveOf(client, 'net')).resolves.toBe('60000')
    await expect(timeToLiveOf(client, 'immortal')).resolves.toBe(FOREVER)
    await expect(timeToLiveOf(client, 'plain')).resolves.toBe(FOREVER)
    const map = await client.getMap<string, HazelcastJsonValue>('net')
    await map.put('a', new HazelcastJsonValue('{"principal":"ann"}'))
    await map.put('b', new HazelcastJsonValue('{"principal":"bob"}'))
    await expect(map.keySetWithPredicate(Predicates.equal('principal', 'ann'))).resolves.toEqual(['a'])
    // The index is there: without it a value that has no such attribute would be taken.
    const texts = await client.getMap<string, string>('net')
    await expect(texts.put('c', 'text')).rejects.toThrow(/principal|expiresAt/)
    const plain = await client.getMap<string, string>('plain')
    await expect(plain.put('c', 'text')).resolves.toBeNull()
  })

  test.each(['5.5.0', '5.6.0', '5.7.0'])('starts with Hazelcast %s', async (version) => {
    const debug: string[] = []
    const log = { ...silent, debug: (line: string) => debug.push(line) }
    const member = await memberFor(onTestFinished, { version, log })
    const client = await clientFor(onTestFinished, member.clusterName, member.address)
    await expect(timeToLiveOf(client, 'session_replication')).resolves.toBe('7200000')
    expect(debug.some((line) => line.includes(`Hazelcast Platform ${version} `))).toBe(true)
  })

  test('starts in the production profile', async () => {
    const member = await memberFor(onTestFinished, { profile: 'production', heapMb: 192 })
    expect(member.port).toBeGreaterThanOrEqual(5741)
  })

  test('takes the next port when one is busy', async () => {
    const port = await busyPort()
    const member = await memberFor(onTestFinished, { port })
    expect(member.port).toBeGreaterThan(port)
  })

  test('answers at its public address', async () => {
    const port = 5749
    const proxy = await proxyBefore(port, onTestFinished)
    const member = await memberFor(onTestFinished, { port, publicAddress: proxy.address })
    expect(member.address).toBe(`127.0.0.1:${port}`)
    const client = await clientFor(onTestFinished, member.clusterName, proxy.address)
    await expect(timeToLiveOf(client, 'session_replication')).resolves.toBe('7200000')
    const seen = client.getCluster().getMembers()
    expect(seen.map(({ address }) => address.toString())).toEqual([proxy.address])
    expect(proxy.connections).toBeGreaterThan(0)
  })

  test('reports an end that nobody asked for', async () => {
    const errors: string[] = []
    const member = await memberFor(onTestFinished, { log: { ...silent, error: (message) => errors.push(message) } })
    process.kill(member.pid, 'SIGKILL')
    await expect(member.exited).resolves.toEqual({ code: null, signal: 'SIGKILL' })
    await vi.waitFor(() => expect(errors.at(-1)).toMatch(/was ended by SIGKILL, and nobody asked it to/), {
      timeout: 20_000,
    })
    await member.stop()
  })

  test('takes nothing from HZ_* variables, and reads the log in any language', async () => {
    vi.stubEnv('HZ_CLUSTERNAME', 'from-the-environment')
    vi.stubEnv('JAVA_TOOL_OPTIONS', '-Duser.language=de')
    onTestFinished(() => void vi.unstubAllEnvs())
    const debug: string[] = []
    const member = await memberFor(onTestFinished, {
      log: { ...silent, debug: (line) => debug.push(line) },
      clusterName: 'own',
    })
    expect(debug.some((line) => line.startsWith('[hazelcast] [127.0.0.1]') && line.includes('[own]'))).toBe(true)
    await clientFor(onTestFinished, 'own', member.address)
  })
})

describe.skipIf(!canStartMembers)("a member with the user's configuration", () => {
  async function startWith(text: string, options: StartMemberOptions = {}) {
    const configFile = join(await temporaryFolder(onTestFinished), 'own.yaml')
    await writeFile(configFile, text)
    // The file leaves open where to listen, so it would be on every interface.
    const properties = { 'hazelcast.local.localAddress': '127.0.0.1', 'hazelcast.socket.bind.any': false }
    return memberFor(onTestFinished, { configFile, properties, ...options })
  }
  const ALONE = `join: { auto-detection: { enabled: false }, multicast: { enabled: false } }`

  test('says itself what its cluster is called; the session map is added', async () => {
    const member = await startWith(
      `hazelcast: { cluster-name: from-file, network: { ${ALONE} }, map: { mine: { time-to-live-seconds: 9 } } }`,
    )
    expect(member.clusterName).toBe('from-file')
    const client = await clientFor(onTestFinished, 'from-file', member.address)
    await expect(timeToLiveOf(client, 'session_replication')).resolves.toBe('7200000')
    await expect(timeToLiveOf(client, 'mine')).resolves.toBe('9000')
  })

  test('that the guide shows keeps the session map as sessions need it', async () => {
    const text = await readFile(new URL('../../../docs/guides/cluster/hazelcast.yaml', import.meta.url), 'utf8')
    const member = await startWith(text)
    expect(member.clusterName).toBe('shop')
    const client = await clientFor(onTestFinished, 'shop', member.address)
    await expect(timeToLiveOf(client, 'session_replication')).resolves.toBe('7200000')
  })

  test('is not overruled about a map it describes, unless the caller says so', async () => {
    const text = `hazelcast: { network: { ${ALONE} }, map: { session_replication: { time-to-live-seconds: 9 }, web: { time-to-live-seconds: 9 } } }`
    const first = await startWith(text, { clusterName: 'over' })
    expect(first.clusterName).toBe('over')
    const client = await clientFor(onTestFinished, 'over', first.address)
    await expect(timeToLiveOf(client, 'session_replication')).resolves.toBe('9000')
    await client.shutdown()
    await first.stop()
    const second = await startWith(text, { clusterName: 'over', maps: { web: { timeToLiveSeconds: 60 } } })
    const other = await clientFor(onTestFinished, 'over', second.address)
    await expect(timeToLiveOf(other, 'web')).resolves.toBe('60000')
    await expect(timeToLiveOf(other, 'session_replication')).resolves.toBe('9000')
  })
})

async function busyPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())))
  return (server.address() as AddressInfo).port
}
