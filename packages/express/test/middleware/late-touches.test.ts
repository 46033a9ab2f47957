import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { StoreUnavailableError } from '@hazelcast-session/core'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { ANSWERED, startMiddleware } from './support/middleware-worker.ts'

test('what a stream changes behind its head is saved, though it was the answer that asked for the session', async () => {
  const worker = await startMiddleware({ rolling: true })
  const browser = new Browser()
  await browser.visit(worker, (req) => void (req.session.user = 'ann'))
  await browser.visit(worker, (req, res) => {
    res.write('one ')
    setImmediate(() => {
      req.session.user = 'bob'
      res.end('two')
    })
    return ANSWERED
  })
  expect((await browser.visit(worker, (req) => req.session.user)).json).toBe('bob')
})

test('a route that does not look at the session is served though nobody can be told that it is in use', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startMiddleware({ recordStore, maxInactiveInterval: 4, touchAfter: 1 })
  const browser = new Browser()
  await browser.visit(worker, (req) => void (req.session.user = 'ann'))
  // From the middle of its interval on a session is touched before the answer.
  await pause(2300)
  recordStore.replace = () => Promise.reject(new StoreUnavailableError('Refused by this test.', { unsent: false }))
  const { status } = await browser.visit(worker, (_req, res) => res.sendStatus(204))
  expect(status).toBe(204)
})
