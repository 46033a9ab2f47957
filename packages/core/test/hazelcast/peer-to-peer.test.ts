import type { Client } from 'hazelcast-client'
import { beforeEach, expect, test } from 'vitest'
import { PeerToPeer } from '../../src/hazelcast/peer-to-peer.ts'
import type { PeerToPeerOptions } from '../../src/hazelcast/peer-to-peer.ts'
import { loggerInto } from '../saving/managed.ts'
import { ManualClock, turnOfLoop } from '../saving/manual-clock.ts'

type Load = NonNullable<ConstructorParameters<typeof PeerToPeer>[1]>
type KeeperOptions = Parameters<Awaited<ReturnType<Load>>['keepMember']>[0]

/** In place of the package, and of the keeper that it makes. */
class FakePackage {
  readonly kept: KeeperOptions[] = []
  readonly noted: (readonly string[] | undefined)[] = []
  readonly closed: boolean[] = []

  readonly load: Load = async () => ({
    keepMember: (options) => {
      this.kept.push(options)
      return {
        whereabouts: async () => ({ clusterName: 'found', addresses: ['127.0.0.1:5702'] }),
        noteMembers: (addresses) => void this.noted.push(addresses),
        close: async ({ stopMember }) => void this.closed.push(stopMember),
      }
    },
  })
}

/** A connected client, as far as it is looked at. */
class FakeClient {
  members: string[]
  readonly #listeners: (() => void)[] = []

  constructor(...members: string[]) {
    this.members = members
  }

  change(...members: string[]): void {
    this.members = members
    for (const listener of this.#listeners) listener()
  }

  readonly client = {
    getCluster: () => ({
      getMembers: () =>
        this.members.map((address) => {
          const [host, port] = address.split(':')
          return { address: { host, port: Number(port) } }
        }),
      addMembershipListener: ({ memberAdded }: { memberAdded: () => void }) => this.#listeners.push(memberAdded),
    }),
  } as unknown as Client
}

const lines: string[] = []
let fake: FakePackage
let clock: ManualClock

beforeEach(() => {
  lines.length = 0
  fake = new FakePackage()
  clock = new ManualClock()
})

function peers(options: Partial<PeerToPeerOptions> = {}, load: Load = fake.load): PeerToPeer {
  const usual = { mapName: 'sessions', usualLife: 1987, isProduction: false, shutdownOnDestroy: true }
  return new PeerToPeer({ ...usual, clock, logger: loggerInto(lines), ...options }, load)
}

test('members are kept as the options say, and the map so long as sessions need', async () => {
  await expect(peers().find()).resolves.toEqual({ clusterName: 'found', clusterMembers: ['127.0.0.1:5702'] })
  expect(fake.kept[0]).toMatchObject({
    clusterName: 'hazelcast-session',
    clusterMembers: undefined,
    membersPerHost: undefined,
    profile: 'development',
    maps: { sessions: { timeToLiveSeconds: 7200 } },
  })
  const given = {
    clusterName: 'shop',
    clusterMembers: ['a', 'b'],
    membersPerHost: 2,
    mapName: 'web',
    usualLife: 9000.5,
  }
  await peers({ ...given, isProduction: true }).find()
  expect(fake.kept[1]).toMatchObject({
    clusterName: 'shop',
    clusterMembers: ['a', 'b'],
    membersPerHost: 2,
    profile: 'production',
    maps: { web: { timeToLiveSeconds: 9001 } },
  })
})

test("a configuration of the user's names the cluster, unless the options do", async () => {
  await peers({ memberConfigLocation: 'own.yaml' }).find()
  expect(fake.kept[0]).toMatchObject({ configFile: 'own.yaml', clusterName: undefined })
  await peers({ memberConfigLocation: 'own.yaml', clusterName: 'shop' }).find()
  expect(fake.kept[1]).toMatchObject({ configFile: 'own.yaml', clusterName: 'shop' })
})

test('without the package: told what to install, and that there is no use in asking again', async () => {
  const cause = Object.assign(new Error("Cannot find package '@hazelcast-session/member' imported from core"), {
    code: 'ERR_MODULE_NOT_FOUND',
  })
  const asked = peers({}, () => Promise.reject(cause)).find()
  await expect(asked).rejects.toMatchObject({ name: 'MissingPackageError', cause })
  await expect(asked).rejects.toThrow('`npm install @hazelcast-session/member`')
  expect(lines).toEqual([expect.stringContaining('not installed')])
})

test('another fault in loading the package is no missing package', async () => {
  const asked = peers({}, () => Promise.reject(new SyntaxError('Unexpected token'))).find()
  await expect(asked).rejects.toBeInstanceOf(SyntaxError)
})

test('what a connected client sees is passed on, and that it is not connected any more', async () => {
  const own = peers()
  const first = new FakeClient('127.0.0.1:5701')
  own.attend(first.client)
  first.change('127.0.0.1:5701', '127.0.0.1:5702')
  own.leave()
  first.change('127.0.0.1:5702')
  await turnOfLoop()
  expect(fake.noted).toEqual([['127.0.0.1:5701'], ['127.0.0.1:5701', '127.0.0.1:5702'], undefined])
})

test('one member alone is a warning, once, after a moment; so is that there are more again', async () => {
  const own = peers()
  const seen = new FakeClient('127.0.0.1:5701')
  own.attend(seen.client)
  await clock.advance(4900)
  expect(lines).toEqual([])
  await clock.advance(200)
  expect(lines).toEqual([expect.stringMatching(/only one Hazelcast member.*membersPerHost: 2/)])
  own.leave()
  own.attend(seen.client)
  await clock.advance(60_000)
  expect(lines).toHaveLength(1)
  seen.change('127.0.0.1:5701', '127.0.0.1:5702')
  expect(lines[1]).toContain('There are 2 Hazelcast members again')
  seen.change('127.0.0.1:5702')
  await clock.advance(60_000)
  expect(lines).toHaveLength(3)
})

test('members that find each other at their start are nobody to warn of', async () => {
  const own = peers()
  const seen = new FakeClient('127.0.0.1:5701')
  own.attend(seen.client)
  await clock.advance(3000)
  seen.change('127.0.0.1:5701', '127.0.0.1:5702')
  await clock.advance(60_000)
  expect(lines).toEqual([])
  expect(clock.waiting).toBe(0)
})

test.each([true, false])('with shutdownOnDestroy: %s', async (shutdownOnDestroy) => {
  const own = peers({ shutdownOnDestroy })
  await own.find()
  await own.close()
  expect(fake.closed).toEqual([shutdownOnDestroy])
})

test('closing is no error where nothing could be loaded', async () => {
  const own = peers({}, () => Promise.reject(new Error('no')))
  await expect(own.close()).resolves.toBeUndefined()
})
