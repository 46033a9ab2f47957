import { MemoryRecordStore } from '@hazelcast-session/core'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { withSessionsConfig } from '../src/config.ts'
import { createSessions } from '../src/index.ts'
import type { Sessions, SessionsOptions } from '../src/index.ts'

const OPTIONS: SessionsOptions = { enabled: false, secret: 'a secret of the tests' }

afterEach(() => {
  vi.unstubAllEnvs()
})

function made(options: object): Sessions<Record<string, unknown>> {
  const sessions = createSessions({ ...OPTIONS, ...options })
  onTestFinished(async () => (await sessions.connect(0)).close())
  return sessions
}

describe('wrong options throw at the start', () => {
  test.each<[string, object, RegExp]>([
    ['secret, missing', { secret: undefined }, /`secret`: expected a text, or a list of texts/],
    ['a flag of the cookie', { cookie: { secure: 'yes' } }, /`cookie.secure`: /],
    ['the max age of the cookie', { cookie: { maxAge: 0 } }, /`cookie.maxAge`: /],
    ['the path of the cookie', { cookie: { path: 'shop' } }, /`cookie.path`: /],
    ['a misspelled flag', { cookie: { maxage: 5 } }, /`cookie.maxage`: there is no such option/],
    ['a misspelled option', { clusterMember: ['a'] }, /did you mean `clusterMembers`/],
    ['routeCookie', { routeCookie: 5 }, /`routeCookie`: /],
  ])('%s', (_option, options, message) => {
    expect(() => createSessions({ ...OPTIONS, ...options })).toThrow(message)
  })

  test('but not in `next build`, which has no secret', () => {
    vi.stubEnv('NEXT_PHASE', 'phase-production-build')
    expect(() => createSessions({})).not.toThrow()
  })
})

describe('in one process', () => {
  test('the same options have the same manager, whichever copy of a module asks', async () => {
    const options = (): object => ({
      cookie: { name: 'same' },
      enabled: undefined,
      recordStore: new MemoryRecordStore(),
      conflict: (_name: string, _base: unknown, theirs: unknown) => theirs,
    })
    const [first, second] = [made(options()), made(options())]
    expect(await first.connect()).toBe(await second.connect())
  })

  test('other options have another', async () => {
    const [first, second] = [made({ cookie: { name: 'one' } }), made({ cookie: { name: 'two' } })]
    expect(await first.connect()).not.toBe(await second.connect())
  })

  test('options that were edited while one develops take the place of those before', async () => {
    vi.stubEnv('NODE_ENV', 'development')
    const before = await made({ maxInactiveInterval: 60 }).connect()
    const after = await made({ maxInactiveInterval: 90 }).connect()
    expect(after.maxInactiveInterval).toBe(90)
    await expect(before.load('any')).rejects.toMatchObject({ code: 'MANAGER_CLOSED' })
    await expect(after.load('any')).resolves.toBeUndefined()
  })
})

test('connecting is given up after the time that was given for it, and goes on', async () => {
  const recordStore = Object.assign(new MemoryRecordStore(), { ready: () => new Promise<void>(() => {}) })
  const manager = await made({ enabled: undefined, recordStore, cookie: { name: 'slow' } }).connect(1)
  await expect(manager.load('any')).resolves.toBeUndefined()
})

test('a session outside of a request is an error that says where to ask for it', async () => {
  const { getSession, withSession } = made({})
  const error = {
    code: 'OUTSIDE_REQUEST',
    digest: 'OUTSIDE_REQUEST',
    message: expect.stringContaining('in what runs for a request') as unknown,
  }
  await expect(getSession()).rejects.toMatchObject(error)
  await expect(withSession(() => 'unreached')()).rejects.toMatchObject(error)
})

test('where there is no Node.js, importing the package says why', async () => {
  await expect(import('../src/not-here.ts')).rejects.toThrow('Sessions run on the Node.js runtime only')
})

test('the configuration leaves the client out of the bundles, beside what it says itself', async () => {
  const external = ['own', 'hazelcast-client', '@hazelcast-session/core']
  expect(withSessionsConfig({ serverExternalPackages: ['own'] })).toEqual({ serverExternalPackages: external })
  const config = withSessionsConfig((phase: string) => ({ distDir: phase, serverExternalPackages: ['own'] }))
  expect(await config('dist')).toEqual({ distDir: 'dist', serverExternalPackages: external })
})
