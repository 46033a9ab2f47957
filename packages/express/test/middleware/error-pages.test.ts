import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { ANSWERED, startMiddleware } from './support/middleware-worker.ts'

test('behind a save that failed nobody gets a new id of which the browser would not hear', async () => {
  const worker = await startMiddleware({
    maxSessionBytes: 1000,
    onError: (_error, req, res, _next) => {
      req.session.changeId().then(
        () => res.status(500).end('changed'),
        (error: unknown) => res.status(500).end(String(Object(error).code)),
      )
    },
  })
  const browser = new Browser()
  await browser.visit(worker, async (req) => {
    await req.session.signIn('ann')
    req.session.user = 'ann'
  })
  const failed = await browser.visit(worker, (req) => void (req.session.user = 'x'.repeat(2000)))
  expect([failed.status, failed.text]).toEqual([500, 'HEADERS_SENT'])
  expect((await browser.visit(worker, (req) => req.session.user)).json).toBe('ann')
})

test('nor in an answer that has begun, sent or not', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startMiddleware({ recordStore })
  const browser = new Browser()
  await browser.visit(worker, async (req) => {
    await req.session.signIn('ann')
    req.session.user = 'ann'
  })
  recordStore.delay = 40
  const { text } = await browser.visit(worker, (req, res) => {
    req.session.count = 1
    res.write('one ')
    setImmediate(() => {
      req.session.signIn('bob').then(
        () => res.end('changed'),
        (error: unknown) => res.end(String(Object(error).code)),
      )
    })
    return ANSWERED
  })
  expect(text).toBe('one HEADERS_SENT')
  expect((await browser.visit(worker, (req) => req.session.user)).json).toBe('ann')
})
