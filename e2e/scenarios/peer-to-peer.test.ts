import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { locateJava } from '@hazelcast-session/member'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectRefusals, expectService } from '../acts/outage.ts'
import { expectIncrementsCounted, expectParallelWritesKept } from '../acts/parallel-requests.ts'
import { expectSessionsToOutlive } from '../acts/worker-loss.ts'
import { MAPS } from '../harness/cluster.ts'
import { freePort } from '../harness/free-port.ts'
import { measured } from '../harness/measured.ts'
import { killMemberOf, memberOf, Peers, untilBackedUp } from '../harness/peers.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { Stage } from '../harness/stage.ts'
import { storedText } from '../harness/stored-text.ts'
import { User } from '../harness/user.ts'
import { waitFor } from '../harness/wait-for.ts'
import type { Worker } from '../harness/worker.ts'

/** Accepts connections and never says a word. */
async function silentListener(port: number): Promise<() => void> {
  const server = createServer((socket) => void socket.on('error', () => {}))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return () => server.close()
}

/** Each step goes on from where the one before left the workers. */
describe.skipIf(!canStartMembers)('applications that bring their own members, two a host', () => {
  const stage = new Stage()
  let peers: Peers
  let workers: Worker[]
  let close = (): void => {}
  beforeAll(async () => {
    const silent = await freePort()
    close = await silentListener(silent)
    peers = await Peers.prepare(stage, 3)
    const addresses = [`127.0.0.1:${silent}`, ...peers.cluster.addresses]
    peers.env = { HZ_SESSION_MEMBERS_PER_HOST: '2', HZ_SESSION_CLUSTER_MEMBERS: addresses.join(',') }
  })
  afterAll(() => close())

  test('three that begin in the same moment start two members, and nothing where somebody else listens', async () => {
    workers = await Promise.all([peers.worker(), peers.worker(), peers.worker()])
    // They listen before there is any member.
    for (const worker of workers) expect(await stage.browser().get(worker, '/api/none')).toMatchObject({ status: 204 })
    await Promise.all(workers.map((worker) => stage.browser().untilServed(worker)))
    expect((await peers.untilMembers(2)).toSorted()).toEqual(peers.cluster.addresses.slice(0, 2).toSorted())
    await untilBackedUp(workers)
    const members = await Promise.all(workers.map(memberOf))
    expect(members.filter(Boolean)).toHaveLength(2)
    // Those with a member first.
    workers = [...workers.filter((_, index) => members[index]), ...workers.filter((_, index) => !members[index])]
  })

  test('what is written through one is read through the others', async () => {
    const [first, second, third] = workers as [Worker, Worker, Worker]
    await expectParallelWritesKept(stage, [first, second], 40)
    await expectIncrementsCounted(stage, [second, third], 30)
  })

  test('a session that arrives elsewhere is served with all it has; its cookie changes, and nothing else', async () => {
    const [first, second] = workers as [Worker, Worker]
    const user = await User.logIn(stage.browser(), first, 'ann')
    await user.ledger.set(first, 'cart', ['tea'])
    const stored = await storedText(peers.cluster, MAPS.configured, user.id)
    const answer = await user.browser.get(second, '/api/session')
    expect(answer.headers['set-cookie']).toHaveLength(1)
    expect(await user.browser.cookies(second)).toContain(`${user.id}.${second.name}.`)
    expect(await user.contradictions(second)).toEqual([])
    expect(await storedText(peers.cluster, MAPS.configured, user.id)).toBe(stored)
  })

  test('kill -9 of an application, and of its member, loses nothing; another one takes over its member', async () => {
    const [victim, other, spare] = workers as [Worker, Worker, Worker]
    const kill = async (): Promise<void> => {
      await killMemberOf(victim)
      await victim.kill()
    }
    measured(await expectSessionsToOutlive(stage, [victim, other], 50, kill))
    const killed = performance.now()
    await waitFor('the third worker has a member', () => memberOf(spare))
    await peers.untilMembers(2)
    measured(`a second member again after ${Math.round(performance.now() - killed)} ms at most`)
    workers = [other, spare]
    await untilBackedUp(workers)
  })

  test('a lost member is reported and started again, and nobody loses anything', async () => {
    const [first, second] = workers as [Worker, Worker]
    const user = await User.logIn(stage.browser(), second, 'ben')
    await user.ledger.set(second, 'cart', ['milk'])
    const lost = await killMemberOf(first)
    await waitFor('it is reported', () => first.output.includes(`(pid ${lost}) was ended by SIGKILL`))
    await waitFor('another one is started', () => memberOf(first))
    await peers.untilMembers(2)
    for (const worker of workers) {
      await stage.browser().untilServed(worker)
      expect(await user.contradictions(worker)).toEqual([])
    }
    await untilBackedUp(workers)
  })

  test('one that is told to end hands over what its member holds', async () => {
    const [first, second] = workers as [Worker, Worker]
    const users = await Promise.all(
      Array.from({ length: 20 }, (_, index) => User.logIn(stage.browser(), first, `user${index}`)),
    )
    const alone = second.nextLine(/only one Hazelcast member/)
    first.terminate()
    expect(await first.exited).toEqual({ code: 0, signal: null })
    for (const user of users) expect(await user.contradictions(second)).toEqual([])
    await peers.untilMembers(1)
    await alone
    const accompanied = second.nextLine(/There are 2 Hazelcast members again/)
    workers = [second, await peers.worker()]
    await Promise.all(workers.map((worker) => stage.browser().untilServed(worker)))
    await accompanied
  })

  test('with all members dead it is 503s in time, and service again without a restart', async () => {
    const [first, second] = workers as [Worker, Worker]
    const browser = stage.browser()
    await browser.login(first, 'ann')
    // Until it is noticed, a sticky worker rightly serves its own copies.
    const noticed = workers.map((worker) => worker.nextLine(/The session store is not available/))
    await Promise.all(workers.map(killMemberOf))
    const killed = performance.now()
    await Promise.all(noticed)
    const figures = await Promise.all([first, second].map((worker) => expectRefusals(browser, worker)))
    await expectService(stage, workers)
    measured(`longest answer ${Math.max(...figures)} ms, service after ${Math.round(performance.now() - killed)} ms`)
    await peers.untilMembers(2)
  })
})

describe.skipIf(!canStartMembers)('applications that cannot bring a member', () => {
  const stage = new Stage()
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'peer-to-peer-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  /** A folder for the PATH with these commands, and a Java. */
  async function commands(name: string, scripts: Readonly<Record<string, string>>): Promise<string> {
    const path = join(folder, name)
    await mkdir(path)
    await symlink((await locateJava()).command, join(path, 'java'))
    for (const [command, script] of Object.entries(scripts))
      await writeFile(join(path, command), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    return path
  }

  test('start all the same and say why, and serve as soon as another one has a member', async () => {
    const peers = await Peers.prepare(stage, 3)
    const oldJava = await commands('old', { oldjava: 'echo \'openjdk version "11.0.2" 2019-01-15\' >&2' })
    const offline = await commands('offline', {
      mvn: 'echo "[ERROR] Could not transfer artifact: Unknown host"; exit 1',
    })
    const nothing = {
      HOME: folder,
      XDG_CACHE_HOME: '',
      HAZELCAST_CACHE_DIR: folder,
      HAZELCAST_JAR: '',
      HAZELCAST_HOME: '',
    }
    const bare = { ...nothing, MAVEN_HOME: '', JAVA_HOME: '', HAZELCAST_DOWNLOAD: '' }
    const lame = [
      { env: { HAZELCAST_JAVA: join(oldJava, 'oldjava') }, says: 'is Java 11, too old' },
      { env: { ...bare, PATH: await commands('bare', {}) }, says: 'no `mvn` in MAVEN_HOME or on the PATH' },
      { env: { ...bare, PATH: offline }, says: 'Unknown host' },
      {
        env: { HAZELCAST_JAR: '/nowhere/hazelcast.jar' },
        says: 'HAZELCAST_JAR names /nowhere/hazelcast.jar: not there',
      },
    ]
    const workers = await Promise.all(lame.map(({ env }) => peers.worker({ env })))
    for (const [index, { says }] of lame.entries()) {
      const worker = workers[index]!
      await waitFor(`${worker.name} says "${says}"`, () => worker.output.includes(says))
      const refused = await stage.browser().set(worker, 'cart', [])
      expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
      const served = [await stage.browser().get(worker, '/api/none'), await stage.browser().get(worker, '/health')]
      expect(served.map(({ status }) => status)).toEqual([204, 200])
    }
    const healthy = await peers.worker()
    for (const worker of workers) await expectService(stage, [healthy, worker])
    expect(await Promise.all(workers.map(memberOf))).toEqual(workers.map(() => undefined))
  })

  test("with configurations of their users', YAML and XML, they are where those say", async () => {
    const peers = await Peers.prepare(stage, 2)
    const { name, addresses } = peers.cluster
    const [first, second] = addresses.map((address) => Number(address.split(':')[1]))
    const yaml = join(folder, 'member.yaml')
    await writeFile(
      yaml,
      `hazelcast:
  cluster-name: ${name}
  network:
    port: { port: ${first}, auto-increment: false }
    interfaces: { enabled: true, interfaces: [127.0.0.1] }
    join: { auto-detection: { enabled: false }, tcp-ip: { enabled: true, member-list: [${addresses.join(', ')}] } }
  properties: { hazelcast.socket.bind.any: false }
`,
    )
    const xml = join(folder, 'member.xml')
    await writeFile(
      xml,
      `<hazelcast xmlns="http://www.hazelcast.com/schema/config">
  <cluster-name>${name}</cluster-name>
  <properties><property name="hazelcast.socket.bind.any">false</property></properties>
  <network>
    <port auto-increment="false">${second}</port>
    <join>
      <auto-detection enabled="false"/>
      <tcp-ip enabled="true">${addresses.map((address) => `<member>${address}</member>`).join('')}</tcp-ip>
    </join>
    <interfaces enabled="true"><interface>127.0.0.1</interface></interfaces>
  </network>
</hazelcast>
`,
    )
    // The files say what the cluster is called.
    peers.env = { HZ_SESSION_CLUSTER_NAME: '', HZ_SESSION_MEMBERS_PER_HOST: '2' }
    const lonely = await peers.worker({ env: { HZ_SESSION_MEMBER_CONFIG_LOCATION: xml } })
    await stage.browser().untilServed(lonely)
    await waitFor('it is said that there is no backup', () => lonely.output.includes('only one Hazelcast member'))
    const other = await peers.worker({ env: { HZ_SESSION_MEMBER_CONFIG_LOCATION: yaml } })
    await stage.browser().untilServed(other)
    expect((await peers.untilMembers(2)).toSorted()).toEqual(addresses.toSorted())
    await expectParallelWritesKept(stage, [lonely, other], 20)
    // The map is ours, as neither file mentions it.
    for (const worker of [lonely, other]) expect(worker.output).not.toContain('Every write now takes two calls')
  })
})
