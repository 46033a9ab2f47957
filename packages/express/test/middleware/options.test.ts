import { MemoryRecordStore } from '@hazelcast-session/core'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { hazelcastSession } from '../../src/index.ts'
import type { HazelcastSessionOptions, HazelcastSessions } from '../../src/index.ts'
import { Browser } from '../support/browser.ts'
import { silentLogger } from '../support/test-worker.ts'
import { SECRET, startMiddleware } from './support/middleware-worker.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

function made(options: object): HazelcastSessions {
  const base: HazelcastSessionOptions = { recordStore: new MemoryRecordStore(), secret: SECRET, logger: silentLogger }
  const sessions = hazelcastSession({ ...base, ...options })
  onTestFinished(() => sessions.manager.close())
  return sessions
}

describe('wrong options throw at the start', () => {
  test.each<[string, object, RegExp]>([
    ['secret, missing', { secret: undefined }, /`secret`: expected a text, or a list of texts/],
    ['secret, empty', { secret: '' }, /`secret`: expected at least 1 characters/],
    ['secret, an empty list', { secret: [] }, /`secret`: expected a text, or a list of texts/],
    ['secret, a number', { secret: 5 }, /`secret`: expected a text, or a list of texts/],
    ['genid', { genid: 'bogus' }, /`genid`: expected a function, got `"bogus"`/],
    ['unset', { unset: 'bogus' }, /`unset`: .*"destroy"\|"keep".*got `"bogus"`/],
    ['name', { name: '' }, /`name`: /],
    ['name and key', { name: 'a', key: 'b' }, /`name`, `key` and `cookie.name`: expected one of them/],
    ['name and cookie.name', { name: 'a', cookie: { name: 'b' } }, /`name`, `key` and `cookie.name`/],
    ['rolling', { rolling: 'yes' }, /`rolling`: /],
    ['resave', { resave: 1 }, /`resave`: /],
    ['saveUninitialized', { saveUninitialized: 1 }, /`saveUninitialized`: /],
    ['proxy', { proxy: 1 }, /`proxy`: /],
    ['skip', { skip: '/static' }, /`skip`: expected a function/],
    ['routeCookie', { routeCookie: 5 }, /`routeCookie`: /],
    ['cookie', { cookie: 'yes' }, /`cookie`: /],
    ['a flag of the cookie', { cookie: { secure: 'yes' } }, /`cookie.secure`: /],
    ['a value that there is not', { cookie: { sameSite: 'Auto' } }, /`cookie.sameSite`: /],
    ['a misspelled flag', { cookie: { maxage: 5 } }, /`cookie.maxage`: there is no such flag/],
    ['a misspelled option', { saveUninitialised: false }, /did you mean `saveUninitialized`/],
    ['store', { store: {} }, /`store`: expected none: .*`importFrom`/],
    [
      'importFrom',
      { importFrom: { get: () => {} } },
      /`importFrom`: expected a store with the methods get and destroy/,
    ],
  ])('%s', (_option, options, message) => {
    expect(() => made(options)).toThrow(message)
  })

  test('all of them in one message, which shows no secret', () => {
    const wrong = { secret: ['hush', 5], rolling: 'yes', unset: 'no' }
    expect(() => made(wrong)).toThrow(/`secret`[\s\S]*`rolling`[\s\S]*`unset`/)
    expect(() => made(wrong)).not.toThrow(/hush/)
  })

  test('a short secret in production', () => {
    vi.stubEnv('NODE_ENV', 'production')
    expect(() => made({ secret: 'short' })).toThrow(/`secret`.*at least 32 characters in production/)
    made({ secret: 'x'.repeat(32) })
    made({ secret: [Buffer.alloc(32, 1), 'x'.repeat(32)] })
    expect(() => made({ secret: ['x'.repeat(32), 'short'] })).toThrow(/at least 32/)
  })
})

test('the cookie has the name of `name`, of its old spelling `key`, or of `cookie.name`', async () => {
  for (const options of [
    { name: 'a.sid' },
    { key: 'a.sid' },
    { cookie: { name: 'a.sid', sameSite: 'lax' as const } },
  ]) {
    const worker = await startMiddleware(options)
    const { setCookie } = await new Browser().visit(worker, (req) => void (req.session.user = 'ann'))
    expect(setCookie).toMatch(/^a\.sid=s%3AHZ[^;]*; Path=\/; HttpOnly(; SameSite=Lax)?$/)
  }
})

test('secrets, the name and the route cookie may come from the environment', async () => {
  vi.stubEnv('HZ_SESSION_SECRET', 'one secret,another')
  vi.stubEnv('HZ_SESSION_COOKIE_NAME', 'env.sid')
  vi.stubEnv('HZ_SESSION_ROUTE_COOKIE', 'true')
  vi.stubEnv('HZ_SESSION_WORKER_NAME', 'w7')
  const worker = await startMiddleware({ secret: undefined, workerName: undefined })
  const { headers } = await new Browser().visit(worker, (req) => void (req.session.user = 'ann'))
  expect(headers.getSetCookie()).toEqual([expect.stringMatching(/^env\.sid=s%3AHZ/), 'hzroute=w7; Path=/; HttpOnly'])
})

test('`enabled: false` keeps sessions in memory', async () => {
  const worker = await startMiddleware({ enabled: false, recordStore: undefined })
  const browser = new Browser()
  await browser.visit(worker, (req) => void (req.session.user = 'ann'))
  expect((await browser.visit(worker, (req) => req.session.user)).json).toBe('ann')
})

test('a manager that was closed is a 503 for who touches the session', async () => {
  const worker = await startMiddleware()
  const browser = new Browser()
  await browser.visit(worker, (req) => void (req.session.user = 'ann'))
  await worker.sessions.manager.close()
  expect(await browser.visit(worker, (req) => req.session.user)).toMatchObject({
    status: 503,
    json: { code: 'MANAGER_CLOSED' },
  })
  expect((await browser.visit(worker, () => 'nothing')).status).toBe(200)
})
