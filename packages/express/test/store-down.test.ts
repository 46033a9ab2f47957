import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { Browser } from './support/browser.ts'
import { EXPRESS_VERSIONS } from './support/express-versions.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { attributesOf } from './support/session-data.ts'
import { startWorker } from './support/test-worker.ts'

describe.each(EXPRESS_VERSIONS)('with %s, while the cluster is away', (_name, express) => {
  test('a request with a session is a 503 that says when to come again, and works again afterwards', async () => {
    const recordStore = new ObservedRecordStore()
    const worker = await startWorker({ recordStore, express })
    const browser = new Browser()
    await browser.visit(worker, (req) => void (req.session.user = 'ann'))
    recordStore.isDown = true
    const away = await browser.visit(worker, attributesOf)
    expect(away).toMatchObject({ status: 503, setCookie: undefined })
    expect(away.headers.get('retry-after')).toBe('1')
    expect(away.text).not.toContain(browser.sessionId)
    recordStore.isDown = false
    const back = await browser.visit(worker, attributesOf)
    expect(back).toMatchObject({ status: 200, json: { user: 'ann' } })
  })

  test('an error handler of the application sees the status and the code', async () => {
    const recordStore = new ObservedRecordStore()
    const seen: unknown[] = []
    const worker = await startWorker({
      recordStore,
      express,
      onError: (error, _req, res, _next) => {
        seen.push([error.status, error.code, error.headers])
        res.status(error.status).json({ code: error.code })
      },
    })
    const browser = new Browser()
    await browser.visit(worker, (req) => void (req.session.user = 'ann'))
    recordStore.isDown = true
    const { status, json } = await browser.visit(worker, attributesOf)
    expect([status, json]).toEqual([503, { code: 'STORE_UNAVAILABLE' }])
    expect(seen).toEqual([[503, 'STORE_UNAVAILABLE', { 'Retry-After': '1' }]])
  })

  test('an explicit `save` gets the error, and so the answer can be a 503 without a cookie', async () => {
    const recordStore = new ObservedRecordStore()
    const worker = await startWorker({ recordStore, express })
    const { status, setCookie } = await new Browser().visit(worker, async (req) => {
      recordStore.isDown = true
      req.session.user = 'ann'
      try {
        await promisify<void>((done) => req.session.save(done))()
      } catch (error) {
        Reflect.deleteProperty(req, 'session')
        throw error
      }
    })
    expect({ status, setCookie }).toEqual({ status: 503, setCookie: undefined })
  })

  test('every request with a session is refused; none runs without `req.session`', async () => {
    const recordStore = new ObservedRecordStore()
    const worker = await startWorker({ recordStore, express })
    const disconnects: string[] = []
    worker.store.on('disconnect', () => disconnects.push('disconnect'))
    const browser = new Browser()
    await browser.visit(worker, (req) => void (req.session.user = 'ann'))
    recordStore.isDown = true
    const sessions: unknown[] = []
    const answers = [
      await browser.visit(worker, (req) => sessions.push(req.session)),
      await browser.visit(worker, (req) => sessions.push(req.session)),
      await new Browser().visit(worker, (req) => void sessions.push(typeof req.session)),
    ]
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 200])
    expect(sessions).toEqual(['object'])
    expect(disconnects).toEqual([])
  })
})

test('a save at the end of a request that fails reaches the error handler, after the answer', async () => {
  const recordStore = new ObservedRecordStore()
  const errors: unknown[] = []
  const worker = await startWorker({
    recordStore,
    onError: (error, _req, res, _next) => void errors.push([error.code, res.headersSent]),
  })
  const { status } = await new Browser().visit(worker, (req) => {
    recordStore.isDown = true
    req.session.user = 'ann'
  })
  expect(status).toBe(200)
  await expect.poll(() => errors).toEqual([['STORE_UNAVAILABLE', true]])
})

test('a cluster that does not answer costs the time of `operationTimeout`, and then a 503', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startWorker({ recordStore, operationTimeout: 500 })
  const browser = new Browser()
  await browser.visit(worker, (req) => void (req.session.user = 'ann'))
  recordStore.load = () => new Promise(() => {})
  const { status, headers } = await browser.visit(worker, attributesOf)
  expect(status).toBe(503)
  expect(headers.get('retry-after')).toBe('1')
})

test('after `close` a request with a session is a 503, too', async () => {
  const worker = await startWorker({ recordStore: new ObservedRecordStore() })
  const browser = new Browser()
  await browser.visit(worker, (req) => void (req.session.user = 'ann'))
  await worker.store.close()
  const { status, text } = await browser.visit(worker, attributesOf)
  expect(status).toBe(503)
  expect(text).toContain('was closed')
})
