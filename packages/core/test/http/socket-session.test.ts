import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SessionCookie } from '../../src/http/session-cookie.ts'
import { openSocketSession } from '../../src/http/socket-session.ts'
import type { SessionSocket, SocketSession } from '../../src/http/socket-session.ts'
import type { SessionManagerOptions } from '../../src/options/session-manager-options.ts'
import { StickyWorkers } from '../local/sticky-workers.ts'
import { turnOfLoop } from '../saving/manual-clock.ts'
import { cookieOf, ID, NAME } from './request-stand.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** A socket that notes what is done to it. */
class NotedSocket extends EventEmitter implements SessionSocket {
  readyState = 1
  readonly calls: unknown[][] = []

  close(code: number, reason: string): void {
    this.calls.push(['close', code, reason])
    this.readyState = 2
  }

  terminate(): void {
    this.calls.push(['terminate'])
  }
}

interface Stand {
  readonly workers: StickyWorkers
  readonly upgrade: (cookie: string | undefined) => Promise<SocketSession | undefined>
}

function stand(options: SessionManagerOptions = {}): Stand {
  const workers = new StickyWorkers(options)
  const config = {
    manager: workers.here,
    cookie: new SessionCookie(NAME, ['new secret']),
    routeCookie: undefined,
    imports: undefined,
  }
  return { workers, upgrade: (cookie) => openSocketSession(config, { headers: { cookie } }) }
}

async function opened({ workers, upgrade }: Stand): Promise<SocketSession> {
  await workers.here.create({ id: ID, data: { n: 1 } }).save()
  const session = await upgrade(cookieOf(`${ID}.here`))
  if (!session) throw new Error('There is no session.')
  workers.store.takeCalls()
  return session
}

test('an upgrade without a cookie, or with a forged one, asks nobody', async () => {
  const { workers, upgrade } = stand()
  expect(await upgrade(undefined)).toBeUndefined()
  expect(await upgrade(cookieOf(ID, 'another secret'))).toBeUndefined()
  expect(await upgrade(`${NAME}=${ID}`)).toBeUndefined()
  expect(workers.store.takeCalls()).toEqual([])
  expect(await upgrade(cookieOf(ID))).toBeUndefined()
  expect(workers.store.takeCalls()).toEqual(['load'])
})

test('an upgrade rejects while the store is away', async () => {
  const { workers, upgrade } = stand()
  workers.store.away()
  await expect(upgrade(cookieOf(ID))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', status: 503 })
})

test('reads and updates see what is stored, at any worker', async () => {
  const all = stand()
  const session = await opened(all)
  await all.workers.changeElsewhere(ID, 5)
  await turnOfLoop()
  expect((await session.read())['n']).toBe(5)
  expect(await session.update((data) => (data['n'] = Number(data['n']) + 1))).toBe(6)
  const stored = await all.workers.elsewhere.load(ID)
  expect(stored?.data['n']).toBe(6)
})

test('an open socket does not keep its session alive, and messages do, at most every `touchAfter` seconds', async () => {
  const all = stand({ maxInactiveInterval: 60, touchAfter: 10 })
  const session = await opened(all)
  const socket = new NotedSocket()
  session.bind(socket)
  const { clock, store } = all.workers
  for (let second = 0; second < 100; second++) {
    await clock.advance(1000)
    socket.emit('message')
    socket.emit('message')
  }
  await turnOfLoop()
  const writes = store.takeCalls().filter((call) => call === 'replace')
  expect(writes).toHaveLength(10)
  expect(socket.calls).toEqual([])
  for (let second = 0; second < 75; second++) {
    await clock.advance(1000)
    socket.emit('ping')
  }
  expect(socket.calls).toEqual([['close', 1008, 'session expired']])
  expect(store.takeCalls()).not.toContain('replace')
})

test('a session that ends closes its sockets with the code that was asked for, and cuts off who does not answer', async () => {
  const all = stand()
  const session = await opened(all)
  const [plain, own, gone] = [new NotedSocket(), new NotedSocket(), new NotedSocket()]
  session.bind(plain)
  session.bind(own, { code: 4401 })
  session.bind(gone)
  gone.emit('close')
  await turnOfLoop()
  await all.workers.elsewhere.end(ID, 'revoked')
  await turnOfLoop()
  expect(plain.calls).toEqual([['close', 1008, 'session revoked']])
  expect(own.calls).toEqual([['close', 4401, 'session revoked']])
  vi.advanceTimersByTime(2000)
  expect(plain.calls.at(-1)).toEqual(['terminate'])
  expect(gone.calls).toEqual([])
  await expect(session.read()).rejects.toMatchObject({ code: 'SESSION_ENDED' })
  await expect(session.update(() => {})).rejects.toMatchObject({ code: 'SESSION_ENDED' })
  expect(await session.end()).toBe(false)
})

test('a socket that was closed before it was bound is left alone', async () => {
  const all = stand()
  const session = await opened(all)
  const socket = new NotedSocket()
  socket.readyState = 3
  session.bind(socket)
  await session.end()
  await turnOfLoop()
  expect([socket.calls, socket.eventNames()]).toEqual([[], []])
})

test('a worker that closes says so', async () => {
  const all = stand()
  const socket = new NotedSocket()
  const session = await opened(all)
  session.bind(socket)
  await all.workers.clock.until(all.workers.here.close())
  expect(socket.calls).toEqual([['close', 1001, 'server is going away']])
})

test.each([401, 999, 1005, 2000, 5000, 1000.5, Number.NaN])(
  'no socket is bound with the close code %d',
  async (code) => {
    const all = stand()
    const session = await opened(all)
    const socket = new NotedSocket()
    expect(() => session.bind(socket, { code })).toThrow(/close code/)
    expect(socket.listenerCount('message')).toBe(0)
  },
)
