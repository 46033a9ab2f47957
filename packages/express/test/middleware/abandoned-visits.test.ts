import { setTimeout as pause } from 'node:timers/promises'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import type { ErrorRequestHandler } from 'express'
import { expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { signal } from '../support/signal.ts'
import type { Visit } from '../support/test-worker.ts'
import { ANSWERED, startMiddleware } from './support/middleware-worker.ts'
import type { MiddlewareWorker } from './support/middleware-worker.ts'

/** Runs `visit` as a request whose client goes away before it answers; `cookie`: what the client shows. */
async function abandoned(worker: MiddlewareWorker, visit: Visit, cookie = ''): Promise<void> {
  const [gone, done] = [signal(), signal()]
  const leaving = new AbortController()
  const path = worker.route(async (req, res) => {
    leaving.abort()
    res.once('close', () => gone.give())
    await gone.given
    try {
      return await visit(req, res)
    } finally {
      setImmediate(() => done.give())
    }
  })
  await expect(fetch(worker.url + path, { headers: { cookie }, signal: leaving.signal })).rejects.toThrow(/abort/)
  await done.given
  await pause(50)
}

test('a first visit whose visitor went away begins no session, and is no error of the application', async () => {
  const errors: unknown[] = []
  const onError: ErrorRequestHandler = (error, _req, _res, next) => {
    errors.push(error)
    next(error)
  }
  const recordStore = new ObservedRecordStore()
  const worker = await startMiddleware({ recordStore, onError })
  await abandoned(worker, (req, res) => {
    req.session.user = 'ann'
    res.end('nobody reads it')
    return ANSWERED
  })
  expect([recordStore.writes, errors]).toEqual([0, []])
})

test('what such a request changes in a session that there is, is saved', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startMiddleware({ recordStore })
  const browser = new Browser()
  await browser.visit(worker, (req) => void (req.session.user = 'ann'))
  await abandoned(
    worker,
    (req, res) => {
      req.session.user = 'bob'
      res.end('nobody reads it')
      return ANSWERED
    },
    browser.cookie,
  )
  expect((await browser.visit(worker, (req) => req.session.user)).json).toBe('bob')
})
