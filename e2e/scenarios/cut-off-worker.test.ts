import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from '../harness/browser.ts'
import type { Cluster } from '../harness/cluster.ts'
import { measured } from '../harness/measured.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import { waitFor } from '../harness/wait-for.ts'
import type { Worker } from '../harness/worker.ts'

const SHOP = { door: 'middleware', env: { HZ_SESSION_ON_STORE_ERROR: 'local' } } as const

describe.skipIf(!canStartMembers)('one worker without the cluster, which goes on', () => {
  const stage = new Stage()
  let cluster: Cluster
  let home: Worker
  let other: Worker
  /** Ends the way of `home` to the cluster, and of nobody else. */
  let cutHome: () => void
  beforeAll(async () => {
    cluster = await stage.cluster({ proxied: true, size: 1 })
    const [proxy] = cluster.proxies
    home = await stage.worker(cluster, SHOP)
    await stage.browser().untilServed(home)
    const before = proxy!.clients
    other = await stage.worker(cluster, SHOP)
    await stage.browser().untilServed(other)
    const later = new Set([...proxy!.clients].filter((client) => !before.has(client)))
    if (before.size !== 1 || later.size !== 1) throw new Error('Each worker has one connection to one member.')
    cutHome = () => proxy!.cutClients(later)
  })
  afterEach(() => cluster.proxies.forEach((proxy) => proxy.mend()))

  /** A browser at the other worker with the session of this one. */
  async function elsewhere(browser: Browser): Promise<Browser> {
    const tab = stage.browser()
    await tab.adopt(other, await browser.cookies(home))
    return tab
  }

  /** Only the cluster can count, so this tells whether a worker has one. */
  function hasCluster(worker: Worker, { browser }: User): Promise<boolean> {
    return browser.increment(worker, 'probe').then(({ status }) => status === 200)
  }

  test('serves its copies; what it kept is merged on return, and who has logged out elsewhere is out', async () => {
    const probe = await User.logIn(stage.browser(), home, 'probe')
    const ann = await User.logIn(stage.browser(), home, 'ann')
    await ann.browser.set(home, 'item', 'book')
    const leaver = await User.logIn(stage.browser(), home, 'leaver')
    await leaver.browser.set(home, 'item', 'book')
    const stranger = await User.logIn(stage.browser(), other, 'stranger')
    const [annElsewhere, leaverElsewhere] = [await elsewhere(ann.browser), await elsewhere(leaver.browser)]

    cutHome()
    await waitFor('it notices', async () => !(await hasCluster(home, probe)))
    expect((await ann.browser.session(home)).attributes).toMatchObject({ user: 'ann', item: 'book' })
    expect((await ann.browser.set(home, 'item', 'late')).status).toBe(204)
    expect((await ann.browser.set(home, 'near', true)).status).toBe(204)
    expect((await ann.browser.session(home)).attributes).toMatchObject({ item: 'late', near: true })
    expect((await stranger.browser.get(home, '/api/session')).status).toBe(503)
    const begun = stage.browser()
    expect((await begun.set(home, 'begun', true)).status).toBe(204)

    // The others have their cluster all the time.
    expect((await annElsewhere.set(other, 'item', 'seen')).status).toBe(204)
    expect((await annElsewhere.set(other, 'far', true)).status).toBe(204)
    expect((await leaverElsewhere.logout(other)).status).toBe(204)
    // Of that nothing is known here until the return, as the reference says.
    expect((await leaver.browser.set(home, 'item', 'late')).status).toBe(204)

    cluster.proxies.forEach((proxy) => proxy.mend())
    const mended = performance.now()
    await waitFor('it has the cluster again', () => hasCluster(home, probe))
    measured(`it has the cluster again ${Math.round(performance.now() - mended)} ms after the mending`)
    const merged = { user: 'ann', item: 'seen', near: true, far: true }
    await waitFor(
      'its changes are in the cluster',
      async () => 'near' in (await annElsewhere.session(other)).attributes,
    )
    expect((await annElsewhere.session(other)).attributes).toMatchObject(merged)
    await waitFor('it sees what others stored', async () => 'far' in (await ann.browser.session(home)).attributes)
    expect((await ann.browser.session(home)).attributes).toMatchObject(merged)
    await waitFor('it knows of the log-out', async () => (await leaver.browser.session(home)).id === null)
    expect((await leaverElsewhere.session(other)).id).toBeNull()
    const { id } = await begun.session(home)
    expect(await begun.session(other)).toMatchObject({ id, attributes: { begun: true } })
    await waitFor('it says how many there were', () => home.output.includes('The cluster is back: changes of'))
  })

  test('logs out: refused there at once, and everywhere on return', async () => {
    const probe = await User.logIn(stage.browser(), home, 'probe')
    const user = await User.logIn(stage.browser(), home, 'ben')
    await user.browser.set(home, 'item', 'book')
    const [same, tab] = [stage.browser(), await elsewhere(user.browser)]
    await same.adopt(home, await user.browser.cookies(home))

    cutHome()
    await waitFor('it notices', async () => !(await hasCluster(home, probe)))
    expect((await user.browser.set(home, 'item', 'late')).status).toBe(204)
    expect((await user.browser.logout(home)).status).toBe(503)
    expect((await user.browser.session(home)).id).toBeNull()
    expect((await same.session(home)).id).toBeNull()

    cluster.proxies.forEach((proxy) => proxy.mend())
    await waitFor('it has the cluster again', () => hasCluster(home, probe))
    await waitFor('the log-out is known elsewhere', async () => (await tab.session(other)).id === null)
    expect((await same.session(home)).id).toBeNull()
  })
})

describe.skipIf(!canStartMembers)('workers that start without a cluster', () => {
  const stage = new Stage()

  test('answer, begin sessions, and bring them to the cluster when it comes', async () => {
    const cluster = await stage.preparedCluster({ size: 1 })
    const [one, other] = await Promise.all([stage.worker(cluster, SHOP), stage.worker(cluster, SHOP)])
    const browser = stage.browser()
    for (const worker of [one, other]) {
      expect((await browser.get(worker, '/api/none')).status).toBe(204)
      expect((await browser.get(worker, '/health')).status).toBe(200)
    }
    await waitFor('a session begins', async () => (await browser.set(one, 'item', 'book')).status === 204)
    expect((await browser.set(one, 'colour', 'red')).status).toBe(204)
    const { id, attributes } = await browser.session(one)
    expect(attributes).toEqual({ item: 'book', colour: 'red' })
    // The other one cannot know it.
    expect((await browser.get(other, '/api/session')).status).toBe(503)
    expect((await browser.increment(one, 'count')).status).toBe(503)

    await cluster.start()
    const started = performance.now()
    await waitFor('it is ready', async () => (await browser.increment(one, 'count')).status === 200)
    measured(`ready ${Math.round(performance.now() - started)} ms after the cluster was there`)
    await waitFor('so is the other one', async () => (await browser.get(other, '/api/session')).status === 200)
    expect(await browser.session(other)).toMatchObject({
      id,
      attributes: { item: 'book', colour: 'red', count: expect.any(Number) },
    })
  })
})
