import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Browser, Site } from '../harness/browser.ts'
import type { Cluster } from '../harness/cluster.ts'
import { measured } from '../harness/measured.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { Stage } from '../harness/stage.ts'
import { UserSocket } from '../harness/user-socket.ts'
import { waitFor } from '../harness/wait-for.ts'
import type { Framework, Worker } from '../harness/worker.ts'

const PROGRAM = fileURLToPath(new URL('../harness/programs/socket-shop.mjs', import.meta.url))
/** Longer than a test takes: what is heard in less was heard by an event. */
const NO_CHECK = 1000
/** Seconds that a session of one of the tests lives without a use. */
const SHORT = 4

describe.skipIf(!canStartMembers)('WebSockets of ws', () => {
  const stage = new Stage()
  const sockets: UserSocket[] = []
  let cluster: Cluster
  const start = (framework: Framework, env: Readonly<Record<string, string>> = {}): Promise<Worker> =>
    stage.worker(cluster, {
      program: PROGRAM,
      args: [framework],
      env: { SHOP_CHECK_PERIOD: String(NO_CHECK), ...env },
    })

  beforeAll(async () => {
    cluster = await stage.cluster()
  })
  afterEach(() => sockets.splice(0).forEach((socket) => socket.cut()))

  async function loggedIn(at: Site): Promise<Browser> {
    const browser = stage.browser()
    await waitFor('somebody can log in', async () => (await browser.login(at, 'ann')).status === 204)
    return browser
  }

  async function open(browser: Browser, at: Site): Promise<UserSocket> {
    const socket = await UserSocket.open(at, await browser.cookies(at))
    if (typeof socket === 'number') throw new Error(`The upgrade was answered with ${socket}.`)
    sockets.push(socket)
    return socket
  }

  /** Log-ins at one worker, and sockets at the other one too, which has no copies and so hears of no other writes. */
  describe.each<Framework>(['express', 'fastify'])('on %s', (framework) => {
    let one: Worker
    let two: Worker

    beforeAll(async () => {
      one = await start(framework)
      two = await start(framework, { HZ_SESSION_STICKY: 'false' })
    })

    test('a socket reads and changes the session that its browser has, at any worker', async () => {
      const browser = await loggedIn(one)
      const [here, there] = [await open(browser, one), await open(browser, two)]
      expect(await here.ask('count')).toEqual({ count: 1 })
      expect(await there.ask('count')).toEqual({ count: 2 })
      const counts = await Promise.all([here.ask('count'), there.ask('count')])
      expect(counts).toContainEqual({ count: 4 })
      expect(await there.ask('read')).toMatchObject({ user: 'ann', count: 4 })
    })

    test('nobody gets in without a session: no cookie, a forged one, one of a session that ended', async () => {
      const browser = await loggedIn(one)
      const cookie = await browser.cookies(one)
      const anotherId = cookie.replace('s%3AHZ', 's%3AHX')
      const cutSignature = cookie.slice(0, -2)
      expect(anotherId).not.toBe(cookie)
      for (const forged of ['', anotherId, cutSignature, 'shop.sid=s%3A..%2F..%2Fetc.w1', 'shop.sid=%']) {
        expect(await UserSocket.open(one, forged)).toBe(401)
      }
      await browser.logout(one)
      for (const at of [one, two]) expect(await UserSocket.open(at, cookie)).toBe(401)
    })

    test('who logs out anywhere has no open socket anywhere, and all others keep theirs', async () => {
      const [browser, other] = [await loggedIn(one), await loggedIn(one)]
      const all = [await open(browser, one), await open(browser, two), await open(browser, two)]
      const kept = [await open(other, one), await open(other, two)]
      const begin = performance.now()
      await browser.logout(two)
      for (const socket of all) expect(await socket.closed).toEqual({ code: 1008, reason: 'session invalidated' })
      measured(`three sockets closed ${Math.round(performance.now() - begin)} ms after the log-out was sent`)
      for (const socket of kept) expect(await socket.ask('read')).toMatchObject({ user: 'ann' })
    })

    test('a log-out over a socket closes the others too', async () => {
      const browser = await loggedIn(one)
      const [here, there] = [await open(browser, one), await open(browser, two)]
      there.send('quit')
      for (const socket of [here, there]) expect(await socket.closed).toMatchObject({ code: 1008 })
      expect(JSON.parse((await browser.get(one, '/api/session')).text)).toEqual({})
    })

    test('a new log-in of the browser closes the sockets of the id that it had', async () => {
      const browser = await loggedIn(one)
      const socket = await open(browser, two)
      await browser.login(one, 'ann')
      // The change of id is complete when the browser shows the new one.
      await browser.get(one, '/api/session')
      expect((await socket.closed).reason).toMatch(/^session (renamed|invalidated)$/)
      expect(await (await open(browser, two)).ask('read')).toMatchObject({ user: 'ann' })
    })

    test('messages keep a session alive, and it expires without them', async () => {
      const short = await start(framework, {
        HZ_SESSION_MAX_INACTIVE_INTERVAL: String(SHORT),
        HZ_SESSION_TOUCH_AFTER: '1',
        SHOP_CHECK_PERIOD: String(NO_CHECK),
      })
      const [busy, idle] = [await loggedIn(short), await loggedIn(short)]
      const [busySocket, idleSocket] = [await open(busy, short), await open(idle, short)]
      const ended = idleSocket.closed.then((how) => ({ how, isBusyOpen: busySocket.isOpen }))
      const over = new AbortController()
      const talking = (async () => {
        while (!over.signal.aborted) {
          await busySocket.ask('read')
          await pause(200)
        }
      })()
      expect(await ended).toEqual({ how: { code: 1008, reason: 'session expired' }, isBusyOpen: true })
      over.abort()
      await talking
    })
  })

  test('without the cluster sockets stay, and new ones get a 503; a worker that is stopped closes its own', async () => {
    const workers = await Promise.all([start('express'), start('fastify')])
    const visits = await Promise.all(
      workers.map(async (worker) => {
        const browser = await loggedIn(worker)
        return { worker, socket: await open(browser, worker), cookie: await browser.cookies(worker) }
      }),
    )
    await Promise.all(cluster.members.map((member) => member.kill()))
    for (const { worker, socket, cookie } of visits) {
      await waitFor('the worker knows', async () => (await UserSocket.open(worker, cookie)) === 503)
      expect(await socket.ask('count')).toEqual({ code: 'STORE_UNAVAILABLE' })
      expect(socket.isOpen).toBe(true)
      worker.terminate()
      expect(await socket.closed).toEqual({ code: 1001, reason: 'server is going away' })
      expect(await worker.exited).toEqual({ code: 0, signal: null })
    }
  })
})
