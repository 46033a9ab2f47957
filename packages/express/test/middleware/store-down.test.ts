import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { RecordStore } from '@hazelcast-session/core'
import type { ErrorRequestHandler } from 'express'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { EXPRESS_VERSIONS } from '../support/express-versions.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import type { Visit } from '../support/test-worker.ts'
import { ANSWERED, startMiddleware } from './support/middleware-worker.ts'
import type { MiddlewareSettings, MiddlewareWorker } from './support/middleware-worker.ts'

const user: Visit = (req) => req.session.user ?? null
const logIn: Visit = (req) => void (req.session.user = 'ann')

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-down-'))
  await writeFile(join(folder, 'page.html'), '<p>a page</p>'.repeat(10_000))
})

afterAll(() => rm(folder, { recursive: true }))

/** A worker, a browser that is logged in there, and a store that is about to go away. */
async function begin(
  settings: MiddlewareSettings,
): Promise<{ worker: MiddlewareWorker; browser: Browser; recordStore: ObservedRecordStore }> {
  const recordStore = new ObservedRecordStore()
  const worker = await startMiddleware({ recordStore, ...settings })
  const browser = new Browser()
  await browser.visit(worker, logIn)
  return { worker, browser, recordStore }
}

const UNAVAILABLE = { status: 503, setCookie: undefined, json: { code: 'STORE_UNAVAILABLE' } }

describe.each(EXPRESS_VERSIONS)('with %s, while the cluster is away', (_name, express) => {
  test('a route that touches no session is served, with a session cookie and without', async () => {
    const { worker, browser, recordStore } = await begin({ express })
    recordStore.isDown = true
    for (const visitor of [browser, new Browser()]) {
      const none = await visitor.visit(worker, (_req, res) => res.sendStatus(204))
      expect(none.status).toBe(204)
    }
  })

  test('a visitor who would get a session that nobody asked for is served without one', async () => {
    const { worker, recordStore } = await begin({ express, saveUninitialized: true })
    recordStore.isDown = true
    const { status, setCookie } = await new Browser().visit(worker, (_req, res) => res.sendStatus(204))
    expect([status, setCookie]).toEqual([204, undefined])
    expect(await new Browser().visit(worker, (req) => void req.session)).toMatchObject(UNAVAILABLE)
  })

  test('such a visitor gets a streamed answer whole', async () => {
    const { worker, recordStore } = await begin({ express, saveUninitialized: true })
    recordStore.isDown = true
    const { status, text } = await new Browser().visit(worker, (_req, res) => {
      res.write('one ')
      setImmediate(() => res.end('two'))
      return ANSWERED
    })
    expect([status, text]).toEqual([200, 'one two'])
  })

  test('a streamed answer that tells of a failure arrives whole', async () => {
    const { worker, browser, recordStore } = await begin({ express })
    const { status, text } = await browser.visit(worker, (req, res) => {
      req.session.user = 'bob'
      recordStore.isDown = true
      res.status(500).write('one ')
      setImmediate(() => res.end('two'))
      return ANSWERED
    })
    expect([status, text]).toEqual([500, 'one two'])
  })

  test('who touches the session gets a 503 that says when to come again, and all is well afterwards', async () => {
    const { worker, browser, recordStore } = await begin({ express })
    recordStore.isDown = true
    const answer = await browser.visit(worker, user)
    expect(answer).toMatchObject(UNAVAILABLE)
    expect(answer.headers.get('retry-after')).toBe('1')
    recordStore.isDown = false
    const { json } = await browser.visit(worker, user)
    expect(json).toBe('ann')
  })

  test('`req.sessionID` can be read all the same', async () => {
    const { worker, browser, recordStore } = await begin({ express })
    recordStore.isDown = true
    const { json } = await browser.visit(worker, (req) => req.sessionID)
    expect(browser.sessionId).toBe(`${String(json)}.w1`)
  })

  test.each<[string, Visit]>([
    ['res.json', (_req, res) => res.cookie('a', '1').status(201).json('done')],
    ['res.send with headers', (_req, res) => res.set('X-Half', 'sent').send('<p>done</p>')],
    ['res.redirect', (_req, res) => res.redirect(303, '/')],
    ['res.sendFile', (_req, res) => res.sendFile(join(folder, 'page.html'))],
    ['res.writeHead', (_req, res) => res.writeHead(202, { 'X-Half': 'sent' }).end('done')],
    ['a stream', (_req, res) => (res.write('one'), setTimeout(() => res.end('two'), 20))],
    ['a callback', (_req, res) => res.end('done', () => {})],
  ])('a save that fails is a 503 of the error handler, with nothing half-sent (%s)', async (_way, answer) => {
    const errors: unknown[] = []
    const onError: ErrorRequestHandler = (error, _req, res, _next) => {
      errors.push(error.code, res.headersSent)
      res.status(error.status).set(error.headers).json({ code: error.code })
    }
    const { worker, browser, recordStore } = await begin({ express, onError })
    const refused = await browser.visit(worker, (req, res) => {
      recordStore.isDown = true
      req.session.theme = 'dark'
      void answer(req, res)
      return ANSWERED
    })
    expect(refused).toMatchObject({ ...UNAVAILABLE, text: '{"code":"STORE_UNAVAILABLE"}' })
    expect(refused.headers.getSetCookie()).toEqual([])
    expect(refused.headers.get('x-half')).toBeNull()
    expect(refused.headers.get('location')).toBeNull()
    expect(refused.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(errors).toEqual(['STORE_UNAVAILABLE', false])
    recordStore.isDown = false
    const { json } = await browser.visit(worker, (req) => req.session.theme ?? null)
    expect(json).toBeNull()
  })

  test('Express itself answers 503 with Retry-After where there is no error handler', async () => {
    const onError: ErrorRequestHandler = (error, _req, _res, next) => next(error)
    const { worker, browser, recordStore } = await begin({ express, onError })
    const answer = await browser.visit(worker, (req) => {
      recordStore.isDown = true
      req.session.theme = 'dark'
    })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
  })

  test('a new session is a 503, without a cookie', async () => {
    const recordStore = new ObservedRecordStore()
    recordStore.isDown = true
    const worker = await startMiddleware({ express, recordStore })
    const answer = await new Browser().visit(worker, logIn)
    expect(answer).toMatchObject(UNAVAILABLE)
  })

  test.each<[string, Visit]>([
    ['update', (req) => req.session.update((data) => void (data.count = 1))],
    ['signIn', (req) => req.session.signIn('ann')],
    ['signOut', (req) => req.session.signOut()],
    ['changeId', (req) => req.session.changeId()],
    ['save', (req) => ((req.session.count = 1), promisify<void>((done) => req.session.save(done))())],
    ['regenerate', (req) => promisify<void>((done) => req.session.regenerate(done))()],
    ['reload', (req) => promisify<void>((done) => req.session.reload(done))()],
    ['destroy', (req) => promisify<void>((done) => req.session.destroy(done))()],
  ])('`%s` rejects, and is a 503', async (_method, call) => {
    const { worker, browser, recordStore } = await begin({ express })
    const answer = await browser.visit(worker, async (req, res) => {
      expect(req.session.user).toBe('ann')
      recordStore.isDown = true
      await call(req, res)
    })
    expect(answer).toMatchObject(UNAVAILABLE)
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  test.each<[string, Visit]>([
    ['destroy', (req) => req.session.destroy(undefined as never)],
    ['regenerate', (req) => req.session.regenerate(undefined as never)],
  ])('`%s` that nobody waits for, and that fails, is a 503 and no redirect', async (_method, call) => {
    for (const wait of [0, 50]) {
      const { worker, browser, recordStore } = await begin({ express })
      const answer = await browser.visit(worker, async (req, res) => {
        expect(req.session.user).toBe('ann')
        recordStore.isDown = true
        void call(req, res)
        await new Promise((resolve) => setTimeout(resolve, wait))
        res.redirect('/')
      })
      expect(answer).toMatchObject(UNAVAILABLE)
    }
  })

  test('the connection is destroyed when the end of a stream cannot be saved', async () => {
    const { worker, browser, recordStore } = await begin({ express })
    const broken = browser.visit(worker, async (req, res) => {
      res.write('one')
      await new Promise((resolve) => setTimeout(resolve, 50))
      recordStore.isDown = true
      req.session.count = 1
      res.end('two')
    })
    await expect(broken).rejects.toThrow(/terminated|fetch failed/)
  })

  test('an answer that tells of a failure passes, though the change cannot be saved', async () => {
    const { worker, browser, recordStore } = await begin({ express })
    const answer = await browser.visit(worker, (req, res) => {
      req.session.count = 1
      recordStore.isDown = true
      res.status(500).json('the page of the application')
      return ANSWERED
    })
    expect(answer).toMatchObject({ status: 500, json: 'the page of the application', setCookie: undefined })
  })

  test('what cannot be written as JSON is an error of the error handler', async () => {
    const { worker, browser } = await begin({ express })
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    const answer = await browser.visit(worker, (req) => void Object.assign(req.session, { circular }))
    expect(answer).toMatchObject({ status: 500, json: { code: 'RECORD_UNWRITABLE' } })
  })
})

test('a cluster that does not answer costs `operationTimeout`', async () => {
  const never: Pick<RecordStore, 'load'> = { load: () => new Promise(() => {}) }
  const recordStore = new ObservedRecordStore()
  const worker = await startMiddleware({ recordStore, operationTimeout: 100 })
  const browser = new Browser()
  await browser.visit(worker, logIn)
  Object.assign(recordStore, never)
  const answer = await browser.visit(worker, user)
  expect(answer).toMatchObject(UNAVAILABLE)
})
