import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { attributesOf } from '../support/session-data.ts'
import type { Visit } from '../support/test-worker.ts'
import { startMiddleware } from './support/middleware-worker.ts'
import type { MiddlewareSettings, MiddlewareWorker } from './support/middleware-worker.ts'

const user: Visit = (req) => req.session.user ?? null
const logIn: Visit = (req) => void (req.session.user = 'ann')

async function begin(settings: MiddlewareSettings = {}): Promise<{
  worker: MiddlewareWorker
  browser: Browser
  recordStore: ObservedRecordStore
}> {
  const recordStore = new ObservedRecordStore()
  const worker = await startMiddleware({ recordStore, ...settings })
  const browser = new Browser()
  await browser.visit(worker, logIn)
  expect(recordStore).toMatchObject({ loads: 0, writes: 1 })
  recordStore.writes = 0
  return { worker, browser, recordStore }
}

describe('calls of the store', () => {
  test('none for a request without a cookie that changes nothing', async () => {
    const { worker, recordStore } = await begin()
    for (const visit of [user, () => 'nothing', attributesOf]) await new Browser().visit(worker, visit)
    expect(recordStore).toMatchObject({ loads: 0, writes: 0 })
  })

  test('none for a forged, a malformed or an unsigned cookie', async () => {
    const { worker, recordStore } = await begin()
    for (const cookie of ['s%3AHZ00.forged', 's%3A', 'HZ00', '%', 's%3A..']) {
      const browser = new Browser()
      browser.cookie = `connect.sid=${cookie}`
      const { status } = await browser.visit(worker, user)
      expect(status).toBe(200)
    }
    expect(recordStore).toMatchObject({ loads: 0, writes: 0 })
  })

  test('one load for a request that reads, however often it does, and for one that does not look', async () => {
    const { worker, browser, recordStore } = await begin()
    await browser.visit(worker, (req) => [req.session.user, req.session.user, req.sessionID])
    expect(recordStore).toMatchObject({ loads: 1, writes: 0 })
    await browser.visit(worker, () => 'nothing')
    expect(recordStore).toMatchObject({ loads: 2, writes: 0 })
  })

  test('one load and one write for a request that changes', async () => {
    const { worker, browser, recordStore } = await begin()
    await browser.visit(worker, (req) => {
      req.session.count = 1
      req.session.theme = 'dark'
    })
    expect(recordStore).toMatchObject({ loads: 1, writes: 1 })
  })

  test('one load and no write for one that assigns what is there already', async () => {
    const { worker, browser, recordStore } = await begin()
    await browser.visit(worker, logIn)
    expect(recordStore).toMatchObject({ loads: 1, writes: 0 })
  })

  test('one write for a save that the application waited for: the end finds nothing left', async () => {
    const { worker, browser, recordStore } = await begin()
    await browser.visit(worker, async (req) => {
      req.session.count = 1
      await new Promise<void>((resolve) => {
        req.session.save(() => resolve())
      })
    })
    expect(recordStore).toMatchObject({ loads: 1, writes: 1 })
  })

  test.each<[string, MiddlewareSettings]>([
    ['a max age', { cookie: { maxAge: 60_000 } }],
    ['`rolling`', { rolling: true }],
    ['`resave`', { resave: true }],
    ['`saveUninitialized`', { saveUninitialized: true }],
    ['a route cookie', { routeCookie: true }],
    ['no stickiness', { sticky: false }],
  ])('no write for a read with %s', async (_option, settings) => {
    const { worker, browser, recordStore } = await begin(settings)
    for (let request = 0; request < 3; request++) await browser.visit(worker, user)
    expect(recordStore).toMatchObject({ loads: 3, writes: 0 })
  })

  test('touches are at most one every `touchAfter` seconds', async () => {
    const { worker, browser, recordStore } = await begin({ touchAfter: 0 })
    await browser.visit(worker, user)
    await expect.poll(() => recordStore.writes).toBe(1)
    const sparing = await begin({ touchAfter: 60 })
    await sparing.browser.visit(sparing.worker, user)
    expect(sparing.recordStore.writes).toBe(0)
  })

  test('none for what `skip` names, and it has no session', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'skip-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'style.css'), 'body {}')
    const files = express.static(folder)
    const skip: MiddlewareSettings['skip'] = (req) => req.path.endsWith('.css') || req.query['skip'] !== undefined
    const { worker, browser, recordStore } = await begin({ skip, behind: files, rolling: true })
    const file = await browser.get(`${worker.url}/style.css`)
    expect(file).toMatchObject({ status: 200, text: 'body {}', setCookie: undefined })
    const path = worker.route((req) => typeof req.session)
    expect(await browser.get(`${worker.url}${path}?skip`)).toMatchObject({ json: 'undefined' })
    expect(recordStore).toMatchObject({ loads: 0, writes: 0 })
  })

  test('a file that is not skipped is served with a session', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'static-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'page.html'), '<p>a page</p>'.repeat(10_000))
    const { worker, browser } = await begin({ behind: express.static(folder), rolling: true })
    const file = await browser.get(`${worker.url}/page.html`)
    expect(file.setCookie).toBeDefined()
    expect(file.text).toHaveLength(130_000)
    const part = await browser.get(`${worker.url}/page.html`, { range: 'bytes=0-9' })
    expect(part).toMatchObject({ status: 206, text: '<p>a page<' })
  })
})

describe('the cookie and genid options', () => {
  test('are asked once by a request, and `genid` only where a session begins', async () => {
    const asked: string[] = []
    const { worker, browser } = await begin({
      cookie: (req) => (asked.push(`cookie ${req.get('x-name') ?? ''}`), { maxAge: 60_000 }),
      genid: (req) => (asked.push(`genid ${req.get('x-name') ?? ''}`), `id-${Math.random()}`),
    })
    asked.length = 0
    await browser.visit(worker, (req) => void (req.session.count = 1), { 'x-name': 'stored' })
    await new Browser().visit(worker, () => 'nothing', { 'x-name': 'untouched' })
    await new Browser().visit(worker, logIn, { 'x-name': 'new' })
    expect(asked).toEqual(['cookie stored', 'cookie untouched', 'cookie new', 'genid new'])
  })

  test('`genid` may look at the request, where no session is yet', async () => {
    const { worker } = await begin({ genid: (req) => `${typeof req.session}-${Math.random()}` })
    const { json } = await new Browser().visit(worker, (req) => req.sessionID)
    expect(json).toMatch(/^undefined-/)
  })

  test.each<[string, () => string]>([
    ['nothing', () => undefined as never],
    ['an empty text', () => ''],
    ['a number', () => 5 as never],
  ])('`genid` that returns %s is an error', async (_what, genid) => {
    const worker = await startMiddleware({ genid })
    const answer = await new Browser().visit(worker, logIn)
    expect(answer).toMatchObject({ status: 500, json: { message: expect.stringContaining('`genid`') } })
  })
})
