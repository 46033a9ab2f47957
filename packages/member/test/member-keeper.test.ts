import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { KeepMemberOptions, Member, StartMemberOptions } from '@hazelcast-session/member'
import { MemberError } from '../src/member-error.ts'
import { MemberKeeper, type KeeperSurroundings } from '../src/member-keeper.ts'
import type { Occupant } from '../src/port-probe.ts'
import { temporaryFolder } from './fake-command.ts'

const ADDRESSES = ['127.0.0.1:5701', '127.0.0.1:5702', '127.0.0.1:5703']

/** A machine: who is at which address, and what starting a member there does. */
class Machine {
  readonly occupants = new Map<string, Occupant>()
  readonly starts: StartMemberOptions[] = []
  readonly lines: string[] = []
  isLocked = false
  /** What the next start fails with. */
  failure: Error | undefined
  /** Runs in the middle of each start. */
  meanwhile: () => void = () => {}
  readonly #ends = new Map<string, () => void>()

  keeper(options: KeepMemberOptions = {}, surroundings: Partial<KeeperSurroundings> = {}): MemberKeeper {
    const note = (message: string): void => void this.lines.push(message)
    const log = { debug: () => undefined, info: () => undefined, warn: note, error: note }
    const keeper = new MemberKeeper(
      { clusterName: 'shop', log, ...options },
      {
        start: (given) => this.#start(given),
        examine: async (address) => this.occupants.get(address) ?? 'none',
        takeLock: async () => this.#lock(),
        period: 5,
        silence: 40,
        pause: 5,
        ...surroundings,
      },
    )
    onTestFinished(() => keeper.close())
    return keeper
  }

  /** The member there ends, and nobody asked it to. */
  kill(address: string): void {
    this.occupants.delete(address)
    this.#ends.get(address)?.()
  }

  async #start(options: StartMemberOptions): Promise<Member> {
    this.starts.push(options)
    this.meanwhile()
    if (this.failure) throw this.failure
    const address = `${options.host ?? '127.0.0.1'}:${options.port ?? 5701}`
    if (this.occupants.has(address)) throw new MemberError('MEMBER_EXITED', 'The port is taken')
    this.occupants.set(address, 'member')
    const exited = new Promise<void>((resolve) => this.#ends.set(address, resolve))
    const stop = async (): Promise<void> => this.kill(address)
    return {
      address,
      host: '127.0.0.1',
      port: options.port ?? 5701,
      clusterName: options.clusterName ?? 'from the file',
      pid: 1,
      exited: exited.then(() => ({ code: 143, signal: null })),
      stop,
      [Symbol.asyncDispose]: stop,
    }
  }

  async #lock(): Promise<{ release: () => Promise<void> } | undefined> {
    if (this.isLocked) return undefined
    this.isLocked = true
    return { release: async () => void (this.isLocked = false) }
  }
}

test('a lonely process starts a member at the first address, and says where it is', async () => {
  const machine = new Machine()
  const keeper = machine.keeper()
  await expect(keeper.whereabouts()).resolves.toEqual({ clusterName: 'shop', addresses: [ADDRESSES[0]] })
  expect(machine.starts).toHaveLength(1)
  expect(machine.starts[0]).toMatchObject({
    clusterName: 'shop',
    host: '127.0.0.1',
    port: 5701,
    autoIncrement: false,
    members: ADDRESSES,
  })
})

test('processes that begin together have one member, and all know where it is', async () => {
  const machine = new Machine()
  const keepers = Array.from({ length: 5 }, () => machine.keeper())
  const found = await Promise.all(keepers.map((keeper) => keeper.whereabouts()))
  expect(found.map(({ addresses }) => addresses)).toEqual(keepers.map(() => [ADDRESSES[0]]))
  expect(machine.starts).toHaveLength(1)
  expect(keepers.filter(({ member }) => member !== undefined)).toHaveLength(1)
})

test('with more members a host, each process starts one until there are enough', async () => {
  const machine = new Machine()
  const keepers = Array.from({ length: 4 }, () => machine.keeper({ membersPerHost: 2 }))
  await vi.waitFor(() => expect(machine.occupants.size).toBe(2))
  await Promise.all(keepers.map((keeper) => keeper.whereabouts()))
  expect(machine.starts.map(({ port }) => port)).toEqual([5701, 5702])
})

test('a member that is lost is reported, and another one started in its place', async () => {
  const machine = new Machine()
  const keeper = machine.keeper()
  await keeper.whereabouts()
  machine.kill('127.0.0.1:5701')
  await vi.waitFor(() => expect(machine.starts).toHaveLength(2))
  await expect(keeper.whereabouts()).resolves.toMatchObject({ addresses: [ADDRESSES[0]] })
  expect(machine.lines).toEqual([expect.stringContaining('will start another Hazelcast member in its place')])
})

test('when the process with the member is gone, one of the others takes over', async () => {
  const machine = new Machine()
  const first = machine.keeper()
  await first.whereabouts()
  const others = [machine.keeper(), machine.keeper()]
  await Promise.all(others.map((keeper) => keeper.whereabouts()))
  for (const keeper of others) keeper.noteMembers(['127.0.0.1:5701'])
  await first.close()
  for (const keeper of others) keeper.noteMembers(undefined)
  await vi.waitFor(() => expect(machine.occupants.size).toBe(1))
  await Promise.all(others.map((keeper) => keeper.whereabouts()))
  expect(machine.starts).toHaveLength(2)
  expect(others.filter(({ member }) => member !== undefined)).toHaveLength(1)
})

test('while clients see enough members nobody is asked, and nothing started', async () => {
  const machine = new Machine()
  machine.occupants.set('127.0.0.1:5702', 'member')
  const keeper = machine.keeper()
  await expect(keeper.whereabouts()).resolves.toMatchObject({ addresses: [ADDRESSES[1]] })
  keeper.noteMembers(['127.0.0.1:5702', '10.1.1.1:5701'])
  const examined = vi.spyOn(machine.occupants, 'get')
  await new Promise((resolve) => setTimeout(resolve, 40))
  expect(examined.mock.calls.length).toBeLessThanOrEqual(ADDRESSES.length)
  expect(machine.starts).toEqual([])
})

test('a member of another host is none of this one', async () => {
  const machine = new Machine()
  machine.occupants.set('192.0.2.1:5701', 'member')
  const keeper = machine.keeper({ clusterMembers: ['192.0.2.1:5701', '127.0.0.1:5701'] })
  await vi.waitFor(() => expect(keeper.member).toBeDefined())
  expect(machine.starts[0]?.members).toEqual(['192.0.2.1:5701', '127.0.0.1:5701'])
  await expect(keeper.whereabouts()).resolves.toMatchObject({ addresses: ['127.0.0.1:5701', '192.0.2.1:5701'] })
})

test('a member that is just starting is waited for', async () => {
  const machine = new Machine()
  machine.occupants.set('127.0.0.1:5701', 'starting')
  const keeper = machine.keeper()
  setTimeout(() => machine.occupants.set('127.0.0.1:5701', 'member'), 30)
  await expect(keeper.whereabouts()).resolves.toMatchObject({ addresses: [ADDRESSES[0]] })
  expect(machine.starts).toEqual([])
})

test('a silent listener may be a member that starts; when it stays silent it is left alone, and no member told of it', async () => {
  const machine = new Machine()
  machine.occupants.set('127.0.0.1:5701', 'silent')
  machine.occupants.set('127.0.0.1:5702', 'other-cluster')
  const keeper = machine.keeper()
  const begin = performance.now()
  await expect(keeper.whereabouts()).resolves.toMatchObject({ addresses: [ADDRESSES[2]] })
  expect(performance.now() - begin).toBeGreaterThan(40)
  expect(machine.starts).toHaveLength(1)
  expect(machine.starts[0]).toMatchObject({ port: 5703, members: [ADDRESSES[2]] })
})

test('with every address taken, it is said by whom; a freed one is used', async () => {
  const machine = new Machine()
  machine.occupants.set('127.0.0.1:5701', 'silent')
  machine.occupants.set('127.0.0.1:5702', 'foreign')
  machine.occupants.set('127.0.0.1:5703', 'other-cluster')
  const keeper = machine.keeper()
  const told = keeper.whereabouts()
  await expect(told).rejects.toMatchObject({ code: 'NO_ADDRESS' })
  await expect(told).rejects.toThrow(
    /5701: something that accepts[^]*5702: something that is no[^]*another cluster name/,
  )
  machine.occupants.delete('127.0.0.1:5702')
  await vi.waitFor(() => expect(keeper.member?.address).toBe('127.0.0.1:5702'))
})

test('without an address of this machine nothing is started, and it is said', async () => {
  const keeper = new Machine().keeper({ clusterMembers: ['192.0.2.1', 'nobody.invalid:5701'] })
  await expect(keeper.whereabouts()).rejects.toThrow(/none of clusterMembers \(192.0.2.1:5701, .*nobody.invalid:5701\)/)
})

test('a start that fails is told, written once, and tried again', async () => {
  const machine = new Machine()
  machine.failure = new MemberError('JAVA_NOT_FOUND', 'A Hazelcast 5 member needs Java 17')
  const keeper = machine.keeper()
  await expect(keeper.whereabouts()).rejects.toMatchObject({ code: 'JAVA_NOT_FOUND' })
  await vi.waitFor(() => expect(machine.starts.length).toBeGreaterThan(2))
  expect(machine.lines).toHaveLength(1)
  expect(machine.lines[0]).toMatch(/^A Hazelcast 5 member needs Java 17\n.*tried again/)
  machine.failure = undefined
  await vi.waitFor(() => expect(keeper.member).toBeDefined())
  await expect(keeper.whereabouts()).resolves.toMatchObject({ addresses: [ADDRESSES[0]] })
})

test('a failed start does not keep anybody from the members of others', async () => {
  const machine = new Machine()
  machine.failure = new MemberError('JAVA_NOT_FOUND', 'none')
  const keeper = machine.keeper()
  await expect(keeper.whereabouts()).rejects.toThrow('none')
  machine.occupants.set('127.0.0.1:5703', 'member')
  await vi.waitFor(() => expect(keeper.whereabouts()).resolves.toMatchObject({ addresses: [ADDRESSES[2]] }))
})

test('somebody who took the port meanwhile is no failure', async () => {
  const machine = new Machine()
  machine.meanwhile = () => machine.occupants.set('127.0.0.1:5701', 'member')
  const keeper = machine.keeper()
  await expect(keeper.whereabouts()).resolves.toMatchObject({ addresses: [ADDRESSES[0]] })
  expect(keeper.member).toBeUndefined()
  expect(machine.lines).toEqual([])
})

test('with a configuration file: its name, its addresses, and the maps that it does not mention', async () => {
  const configFile = join(await temporaryFolder(onTestFinished), 'member.yaml')
  await writeFile(configFile, 'hazelcast: { cluster-name: own, map: { mine: { backup-count: 2 } } }')
  const machine = new Machine()
  const { clusterName: _, ...options } = { clusterName: undefined, configFile, maps: { mine: {}, ours: {} } }
  const keeper = machine.keeper({ ...options, clusterName: undefined })
  await expect(keeper.whereabouts()).resolves.toMatchObject({ addresses: [ADDRESSES[0]] })
  const [start] = machine.starts
  expect(start).toMatchObject({ configFile, maps: { ours: {} } })
  for (const name of ['clusterName', 'host', 'port', 'members']) expect(start).not.toHaveProperty(name)
})

test('with a configuration file nobody else can find, that is said', async () => {
  const configFile = join(await temporaryFolder(onTestFinished), 'member.yaml')
  await writeFile(configFile, 'hazelcast: { cluster-name: own }')
  const machine = new Machine()
  const keeper = machine.keeper({ configFile, clusterMembers: ['127.0.0.1:5999'] })
  await keeper.whereabouts()
  expect(machine.lines).toEqual([
    expect.stringContaining("Name it in each of them: clusterMembers: ['127.0.0.1:5701']"),
  ])
})

test.each([
  [{ clusterName: undefined }, /clusterName: expected a name/],
  [{ clusterMembers: [] }, /expected an address at least/],
  [{ clusterMembers: ['a:b'] }, /expected host or host:port, got "a:b"/],
  [{ membersPerHost: 0 }, /membersPerHost: expected a whole number from 1 on, got 0/],
])('options that cannot work: %j', (options, message) => {
  expect(() => new Machine().keeper(options)).toThrow(message)
})

test('close stops the member, and ends a start that is under way', async () => {
  const machine = new Machine()
  const keeper = machine.keeper()
  await keeper.whereabouts()
  await keeper.close()
  await keeper.close()
  expect(machine.occupants.size).toBe(0)
  await expect(keeper.whereabouts()).rejects.toMatchObject({ code: 'ABORTED' })

  const start = ({ signal }: StartMemberOptions): Promise<Member> =>
    new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))))
  const slow = machine.keeper({}, { start })
  const waiting = slow.whereabouts()
  waiting.catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, 10))
  await slow.close()
  await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' })
})

test('close may leave the member running', async () => {
  const machine = new Machine()
  const keeper = machine.keeper()
  await keeper.whereabouts()
  await keeper.close({ stopMember: false })
  expect(machine.occupants.get('127.0.0.1:5701')).toBe('member')
})
