import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { join } from 'node:path'
import type { Express } from 'express'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { listen } from './support/test-worker.ts'

const ROOT = join(import.meta.dirname, '../../..')

let folder: string
let programs: string[]

/** The TypeScript blocks of the project's README: each is a program of its own. */
async function blocks(): Promise<string[]> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  return [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block = '']) => block)
}

async function run(index: number, exported: string): Promise<Record<string, unknown>> {
  const file = join(folder, `program-${index}.ts`)
  await writeFile(file, `${programs[index]}\nexport { ${exported} }\n`)
  return import(file) as Promise<Record<string, unknown>>
}

beforeAll(async () => {
  programs = await blocks()
  folder = await mkdtemp(join(import.meta.dirname, '.root-readme-'))
  // In memory: what the blocks say of a cluster is for a reader's.
  vi.stubEnv('HZ_SESSION_ENABLED', 'false')
  vi.stubEnv('PORT', '0')
})

afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

test('the README has two programs', () => {
  expect(programs).toHaveLength(2)
})

test('the one with the middleware counts visits, and logs in under a new id', async () => {
  const { server } = (await run(0, 'server')) as { server: Server }
  if (!server.listening) await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : address}`
  const first = await fetch(`${url}/visit`, { method: 'POST' })
  expect(await first.text()).toBe(`Visit 1, served by ${process.pid}`)
  const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const second = await fetch(`${url}/visit`, { method: 'POST', headers: { cookie } })
  expect(await second.text()).toContain('Visit 2')
  const login = await fetch(`${url}/login`, { method: 'POST', headers: { cookie } })
  expect(login.headers.getSetCookie()[0]?.split(';')[0]).not.toBe(cookie)
  expect((await fetch(`${url}/health`)).status).toBe(200)
  server.close()
})

test('the one with the store keeps what a request puts in its session', async () => {
  const { app } = (await run(1, 'app')) as { app: Express }
  app.get('/', (req, res) => {
    Reflect.set(req.session, 'seen', true)
    res.send('ok')
  })
  const response = await fetch(await listen(app))
  expect(response.headers.getSetCookie()[0]).toContain('connect.sid=')
})
