import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { HazelcastSessions, HazelcastStore } from '@hazelcast-session/express'
import express from 'express'
import type { Express } from 'express'
import session from 'express-session'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { MockInstance } from 'vitest'
import { WebSocket } from 'ws'
import { listen } from './support/test-worker.ts'

/** The README's TypeScript, which is one program from top to bottom. */
interface Program {
  readonly store: HazelcastStore
  readonly server: Server
  readonly sessions: HazelcastSessions
  readonly shopServer: Server
  movingShop(before: session.Store): Express
  copySessions(from: { all(): Promise<unknown[]> }): Promise<void>
}

const PACKAGE = join(import.meta.dirname, '..')
const ROOT = join(PACKAGE, '../..')

/** As an application would compile it, but from our sources. */
const TSCONFIG = {
  extends: '../../../../tsconfig.base.json',
  compilerOptions: {
    composite: false,
    incremental: false,
    tsBuildInfoFile: null,
    declarationMap: false,
    isolatedDeclarations: false,
    noEmit: true,
    noPropertyAccessFromIndexSignature: false,
    rootDir: '../../../..',
  },
  include: ['app.ts'],
}

let folder: string
let program: Program
/** Of the application with `HazelcastStore`. */
let url: string
/** Of the one with `hazelcastSession`. */
let shopUrl: string
/** What the program writes. */
let log: MockInstance<typeof console.log>

async function source(): Promise<string> {
  const readme = await readFile(join(PACKAGE, 'README.md'), 'utf8')
  return [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block]) => block).join('\n')
}

function urlOf(server: Server): string {
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`
}

function post(path: string, body: Record<string, string>, cookie = '', site = url): Promise<Response> {
  return fetch(site + path, {
    method: 'POST',
    body: new URLSearchParams(body),
    headers: { cookie },
    redirect: 'manual',
  })
}

function cookieOf(response: Response): string {
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

beforeAll(async () => {
  folder = await mkdtemp(join(import.meta.dirname, '.readme-'))
  await writeFile(join(folder, 'app.ts'), `${await source()}\nexport { server, sessions, shopServer, store }\n`)
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  vi.stubEnv('HZ_SESSION_ENABLED', 'false')
  vi.stubEnv('PORT', '0')
  vi.stubEnv('DRAIN_MS', '1')
  log = vi.spyOn(console, 'log').mockReturnValue()
  const { default: _, ...exported } = await import(join(folder, 'app.ts'))
  program = exported as Program
  if (!program.server.listening) await once(program.server, 'listening')
  if (!program.shopServer.listening) await once(program.shopServer, 'listening')
  url = urlOf(program.server)
  shopUrl = urlOf(program.shopServer)
})

afterAll(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await rm(folder, { recursive: true, force: true })
})

test('the TypeScript of the README compiles', async () => {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const output = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).then(
    ({ stdout }) => stdout,
    (error: unknown) => String(Reflect.get(Object(error), 'stdout')),
  )
  // Our own sources are compiled along, and know nothing of this application's types.
  expect(output.split('\n').filter((line) => line.includes('.readme-'))).toEqual([])
}, 60_000)

describe('the program of the README, with `hazelcastSession`', () => {
  const postShop = (path: string, body: Record<string, string>, cookie?: string): Promise<Response> =>
    post(path, body, cookie, shopUrl)

  test('saves a cart before it redirects', async () => {
    const saved = await postShop('/cart', { item: 'tea' })
    expect([saved.status, saved.headers.get('location')]).toEqual([303, '/cart'])
    const cart = await fetch(`${shopUrl}/cart`, { headers: { cookie: cookieOf(saved) } })
    expect(await cart.json()).toEqual(['tea'])
  })

  test('counts visits', async () => {
    const cookie = cookieOf(await postShop('/visits', {}))
    const others = await Promise.all(Array.from({ length: 5 }, () => postShop('/visits', {}, cookie)))
    const visits = await Promise.all(
      others.map(async (response) => Reflect.get(Object(await response.json()), 'visits')),
    )
    expect(new Set(visits)).toEqual(new Set([2, 3, 4, 5, 6]))
  })

  test('logs in with a new id and the cart kept, remembers, and logs out', async () => {
    const before = cookieOf(await postShop('/cart', { item: 'tea' }))
    const login = await postShop('/login', { user: 'ann', remember: 'yes' }, before)
    const cookie = cookieOf(login)
    expect(cookie).not.toBe(before)
    expect(login.headers.getSetCookie()[0]).toContain('Expires=')
    const kept = await fetch(`${shopUrl}/cart`, { headers: { cookie } })
    expect(await kept.json()).toEqual(['tea'])
    const logout = await postShop('/logout', {}, cookie)
    expect(cookieOf(logout)).toBe('connect.sid=')
    const after = await fetch(`${shopUrl}/cart`, { headers: { cookie } })
    expect(await after.json()).toEqual([])
  })

  test('opens a WebSocket for who is logged in, and closes it at the log-out', async () => {
    const open = (headers: Record<string, string>): WebSocket => new WebSocket(shopUrl, { headers })
    const answer = async (socket: WebSocket): Promise<unknown> => {
      const [, response]: unknown[] = await once(socket, 'unexpected-response')
      return Reflect.get(Object(response), 'statusCode')
    }
    const cookie = cookieOf(await postShop('/login', { user: 'ann' }))
    const origin = 'https://shop.example'
    expect(await answer(open({ cookie, origin: 'https://elsewhere.example' }))).toBe(403)
    expect(await answer(open({ origin }))).toBe(401)
    const socket = open({ cookie, origin })
    await once(socket, 'open')
    const message = once(socket, 'message')
    socket.send('I am here')
    expect(String(await message)).toBe('{"visits":1},false')
    const closed = once(socket, 'close')
    await postShop('/logout', {}, cookie)
    expect(String(await closed)).toBe('1008,session invalidated')
  })

  test('moves the sessions of another store', async () => {
    const before = new session.MemoryStore()
    const old = express().use(
      session({
        store: before,
        secret: 'the secret of before, 32 characters',
        resave: false,
        saveUninitialized: false,
      }),
      (req, res) => void res.json((req.session.user = 'ann')),
    )
    const cookie = cookieOf(await fetch(await listen(old)))
    const moved = await fetch(await listen(program.movingShop(before)), { headers: { cookie } })
    expect(await moved.json()).toMatchObject({ user: 'ann' })
    expect(await promisify<unknown>((done) => before.all((error, all) => done(error, all)))()).toEqual({})
  })

  test('stops on SIGTERM: says so, answers what is under way, and closes', async () => {
    const cookie = cookieOf(await postShop('/visits', {}))
    expect((await fetch(`${shopUrl}/health`)).status).toBe(200)
    program.sessions.manager.drain()
    expect((await fetch(`${shopUrl}/health`)).status).toBe(503)
    expect((await postShop('/visits', {}, cookie)).status).toBe(200)
    const closed = once(program.shopServer, 'close')
    const [listener] = process.listeners('SIGTERM').slice(-2)
    listener?.('SIGTERM')
    await closed
    await expect(program.sessions.manager.load('any')).rejects.toMatchObject({ code: 'MANAGER_CLOSED' })
  })
})

describe('the program of the README, with `HazelcastStore`', () => {
  test('saves a cart before it redirects', async () => {
    const saved = await post('/cart', { item: 'tea' })
    expect([saved.status, saved.headers.get('location')]).toEqual([303, '/cart'])
    const cart = await fetch(`${url}/cart`, { headers: { cookie: cookieOf(saved) } })
    expect(await cart.json()).toEqual(['tea'])
  })

  test('counts visits', async () => {
    const first = await post('/visits', {})
    const cookie = cookieOf(first)
    const others = await Promise.all(Array.from({ length: 5 }, () => post('/visits', {}, cookie)))
    const visits = await Promise.all(
      others.map(async (response) => Reflect.get(Object(await response.json()), 'visits')),
    )
    expect(new Set(visits)).toEqual(new Set([2, 3, 4, 5, 6]))
  })

  test('logs in with a new id and the cart kept, remembers, and logs out', async () => {
    const before = cookieOf(await post('/cart', { item: 'tea' }))
    const login = await post('/login', { user: 'ann', remember: 'yes' }, before)
    const cookie = cookieOf(login)
    expect(cookie).not.toBe(before)
    expect(login.headers.getSetCookie()[0]).toContain('Expires=')
    const kept = await fetch(`${url}/cart`, { headers: { cookie } })
    expect(await kept.json()).toEqual(['tea'])

    const logout = await post('/logout', {}, cookie)
    expect(logout.headers.getSetCookie()[0]).toMatch(/^connect\.sid=;/)
    expect(log).toHaveBeenCalledWith('ann is gone: invalidated')
    const after = await fetch(`${url}/cart`, { headers: { cookie } })
    expect(await after.json()).toEqual([])
  })

  test("ends all sessions of one user, and nobody else's", async () => {
    for (const user of ['bob', 'bob', 'cleo']) await post('/login', { user })
    log.mockClear()
    const ended = await fetch(`${url}/users/bob/sessions`, { method: 'DELETE' })
    expect(await ended.json()).toEqual({ ended: 2 })
    expect(log.mock.calls).toEqual([['bob is gone: revoked'], ['bob is gone: revoked']])
    expect(await program.store.all()).toContainEqual(expect.objectContaining({ user: 'cleo' }))
  })

  test('copies sessions from another store with their ids, but for those that are over', async () => {
    const hour = 3_600_000
    const cookieUntil = (at: number): object => ({ originalMaxAge: hour, expires: new Date(at).toISOString() })
    const copied = { id: 'copied', user: 'dan', cookie: cookieUntil(Date.now() + hour) }
    const over = { id: 'over', user: 'eve', cookie: cookieUntil(Date.now() - hour) }
    await program.copySessions({ all: async () => [copied, over] })
    expect(await program.store.get('over')).toBeUndefined()
    expect(await program.store.get('copied')).toMatchObject({ user: 'dan', cookie: { originalMaxAge: 3_600_000 } })
  })

  test('stops on SIGTERM: the server first, then the store, and says so until then', async () => {
    const cookie = cookieOf(await post('/visits', {}))
    await program.store.close()
    const refused = await post('/visits', {}, cookie)
    expect([refused.status, refused.headers.get('retry-after'), await refused.text()]).toEqual([
      503,
      '1',
      'Back in a moment.',
    ])
    const closed = once(program.server, 'close')
    const listener = process.listeners('SIGTERM').at(-1)
    listener?.('SIGTERM')
    program.server.closeAllConnections()
    await closed
    expect(program.server.listening).toBe(false)
  })
})
