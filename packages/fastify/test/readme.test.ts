import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { HazelcastStore } from '@hazelcast-session/fastify'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { Browser } from './support/browser.ts'

/** The README's TypeScript, which is one program from top to bottom. */
interface Program {
  readonly shop: FastifyInstance
  readonly app: FastifyInstance
  readonly store: HazelcastStore
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

async function source(): Promise<string> {
  const readme = await readFile(join(PACKAGE, 'README.md'), 'utf8')
  return [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block]) => block).join('\n')
}

function urlOf(app: FastifyInstance): string {
  const address = app.server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`
}

beforeAll(async () => {
  folder = await mkdtemp(join(import.meta.dirname, '.readme-'))
  await writeFile(join(folder, 'app.ts'), `${await source()}\nexport { app, shop, store }\n`)
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  vi.stubEnv('HZ_SESSION_ENABLED', 'false')
  vi.stubEnv('PORT', '0')
  vi.stubEnv('DRAIN_MS', '1')
  program = (await import(join(folder, 'app.ts'))) as Program
})

afterAll(async () => {
  vi.unstubAllEnvs()
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
  test('saves a cart before it redirects', async () => {
    const url = urlOf(program.shop)
    const browser = new Browser()
    const saved = await browser.get(`${url}/cart?item=tea`, { method: 'POST' })
    expect([saved.status, saved.headers.get('location')]).toEqual([303, '/cart'])
    expect((await browser.get(`${url}/cart`)).json).toEqual(['tea'])
  })

  test('counts visits, logs in under a new id, remembers, and logs out', async () => {
    const url = urlOf(program.shop)
    const browser = new Browser()
    expect((await browser.get(`${url}/visits`)).json).toEqual({ visits: 1 })
    const before = browser.value
    const others = await Promise.all(Array.from({ length: 5 }, () => browser.get(`${url}/visits`)))
    expect(new Set(others.map(({ json }) => Reflect.get(Object(json), 'visits')))).toEqual(new Set([2, 3, 4, 5, 6]))
    await browser.get(`${url}/login?user=ann&remember=yes`)
    expect(browser.value).not.toBe(before)
    const [id = ''] = browser.value?.split('.') ?? []
    const { manager } = program.shop.sessions
    const session = await manager.load(id)
    expect([session?.principal, session?.data['visits'], session?.cookieMaxAge]).toEqual(['ann', 6, 2_592_000])
    await browser.get(`${url}/logout`)
    expect([browser.cookie, await manager.load(id)]).toEqual([undefined, undefined])
  })

  test('opens a WebSocket for who is logged in, and closes it at the log-out', async () => {
    const url = urlOf(program.shop)
    const browser = new Browser()
    const open = (headers: Record<string, string>): WebSocket => new WebSocket(url, { headers })
    const answer = async (socket: WebSocket): Promise<unknown> => {
      const [, response]: unknown[] = await once(socket, 'unexpected-response')
      return Reflect.get(Object(response), 'statusCode')
    }
    await browser.get(`${url}/login?user=ann`)
    const cookie = browser.cookie ?? ''
    const origin = 'https://shop.example'
    expect(await answer(open({ cookie, origin: 'https://elsewhere.example' }))).toBe(403)
    expect(await answer(open({ origin }))).toBe(401)
    const socket = open({ cookie, origin })
    await once(socket, 'open')
    const message = once(socket, 'message')
    socket.send('I am here')
    expect(String(await message)).toBe('{"visits":1},false')
    const closed = once(socket, 'close')
    await browser.get(`${url}/logout`)
    expect(String(await closed)).toBe('1008,session invalidated')
  })

  test('stops on SIGTERM: says so, and closes', async () => {
    const url = urlOf(program.shop)
    expect((await fetch(`${url}/health`)).status).toBe(200)
    program.shop.sessions.manager.drain()
    expect((await fetch(`${url}/health`)).status).toBe(503)
    process.listeners('SIGTERM').at(-1)?.('SIGTERM')
    await vi.waitFor(() =>
      expect(program.shop.sessions.manager.load('any')).rejects.toMatchObject({ code: 'MANAGER_CLOSED' }),
    )
  })
})

describe('the program of the README, with `HazelcastStore`', () => {
  test('counts visits, logs in under a new id with its data, and logs out', async () => {
    const url = urlOf(program.app)
    const browser = new Browser()
    expect((await browser.get(`${url}/visits`)).json).toEqual({ visits: 1 })
    const before = browser.value
    const others = await Promise.all(Array.from({ length: 5 }, () => browser.get(`${url}/visits`)))
    expect(new Set(others.map(({ json }) => Reflect.get(Object(json), 'visits')))).toEqual(new Set([2, 3, 4, 5, 6]))
    await browser.get(`${url}/login?user=ann`)
    expect(browser.value).not.toBe(before)
    expect(await program.store.all()).toEqual([
      { id: browser.value, user: 'ann', visits: 6, cookie: { originalMaxAge: null } },
    ])
    await browser.get(`${url}/logout`)
    expect([browser.cookie, await program.store.length()]).toEqual([undefined, 0])
  })

  test('closes with its application', async () => {
    await program.app.close()
    await expect(program.store.manager.load('any')).rejects.toMatchObject({ code: 'MANAGER_CLOSED' })
  })
})
