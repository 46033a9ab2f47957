import { MemoryRecordStore } from '@hazelcast-session/core'
import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { EXPRESS_VERSIONS } from '../support/express-versions.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { attributesOf } from '../support/session-data.ts'
import { signal } from '../support/signal.ts'
import type { Visit } from '../support/test-worker.ts'
import { ANSWERED, startMiddleware } from './support/middleware-worker.ts'
import type { MiddlewareSettings, MiddlewareWorker } from './support/middleware-worker.ts'

const user: Visit = (req) => req.session.user ?? null
const logIn: Visit = (req) => void (req.session.user = 'ann')

async function twoWorkers(settings: MiddlewareSettings = {}): Promise<[MiddlewareWorker, MiddlewareWorker]> {
  const recordStore = settings.recordStore ?? new MemoryRecordStore()
  return [
    await startMiddleware({ recordStore, workerName: 'w1', ...settings }),
    await startMiddleware({ recordStore, workerName: 'w2', ...settings }),
  ]
}

describe.each(EXPRESS_VERSIONS)('with %s', (_name, express) => {
  test.each<[string, Visit]>([
    ['json', (_req, res) => res.json('done')],
    ['a redirect', (_req, res) => res.redirect(303, '/')],
    ['a stream', (_req, res) => (res.write('one'), res.end('two'))],
    ['flushed headers', (_req, res) => (res.flushHeaders(), res.end('two'))],
  ])('an answer (%s) waits until the change is stored', async (_kind, answer) => {
    const recordStore = new ObservedRecordStore()
    const [one, two] = await twoWorkers({ recordStore, express })
    recordStore.delay = 300
    const browser = new Browser()
    await browser.visit(one, (req, res) => {
      void logIn(req, res)
      void answer(req, res)
      return ANSWERED
    })
    const { json } = await browser.visit(two, user)
    expect(json).toBe('ann')
  })

  test('forty requests at the same time that each set another attribute leave forty', async () => {
    const recordStore = new ObservedRecordStore()
    const workers = await twoWorkers({ recordStore, express, operationTimeout: 20_000 })
    const browser = new Browser()
    await browser.visit(workers[0], logIn)
    recordStore.delay = 10
    await Promise.all(
      Array.from({ length: 40 }, (_, number) =>
        browser.visit(workers[number % 2]!, (req) => void Reflect.set(req.session, `name${number}`, number)),
      ),
    )
    const { json } = await browser.visit(workers[0], attributesOf)
    const expected = Object.fromEntries(Array.from({ length: 40 }, (_, number) => [`name${number}`, number]))
    expect(json).toEqual({ user: 'ann', ...expected })
  })

  test('`update` is atomic', async () => {
    const recordStore = new ObservedRecordStore()
    const workers = await twoWorkers({ recordStore, express, operationTimeout: 20_000 })
    const browser = new Browser()
    await browser.visit(workers[0], logIn)
    recordStore.delay = 10
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, number) =>
        browser.visit(workers[number % 2]!, (req) =>
          req.session.update((data) => (data.count = (data.count ?? 0) + 1)),
        ),
      ),
    )
    expect(answers.map(({ json }) => json).toSorted((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 20 }, (_, number) => number + 1),
    )
  })

  test('`update` sees and saves what this request changed before, and `req.session` shows what is stored', async () => {
    const [one, two] = await twoWorkers({ express })
    const browser = new Browser()
    await browser.visit(one, logIn)
    const { json } = await browser.visit(one, async (req) => {
      req.session.count = 5
      await browser.visit(two, (other) => void (other.session.theme = 'dark'))
      const seen = await req.session.update((data) => [data.count, data.theme, ++data.count!])
      return [seen, req.session.count, req.session.theme]
    })
    expect(json).toEqual([[5, 'dark', 6], 6, 'dark'])
  })

  test('`update` begins a session, with a cookie', async () => {
    const [one, two] = await twoWorkers({ express })
    const browser = new Browser()
    const first = await browser.visit(one, (req) => req.session.update((data) => void (data.user = 'ann')))
    expect(first.setCookie).toBeDefined()
    const { json } = await browser.visit(two, user)
    expect(json).toBe('ann')
  })

  test('of two requests that change one attribute, `conflict` decides: the later one by default', async () => {
    const [one, two] = await twoWorkers({ express })
    const browser = new Browser()
    await browser.visit(one, logIn)
    await browser.visit(one, async (req) => {
      req.session.theme = 'light'
      await browser.visit(two, (other) => void (other.session.theme = 'dark'))
    })
    const { json } = await browser.visit(two, (req) => req.session.theme)
    expect(json).toBe('light')
  })

  test("under `conflict: 'fail'` the second one is a 409", async () => {
    const [one, two] = await twoWorkers({ express, conflict: 'fail' })
    const browser = new Browser()
    await browser.visit(one, logIn)
    const second = await browser.visit(one, async (req) => {
      req.session.theme = 'light'
      await browser.visit(two, (other) => void (other.session.theme = 'dark'))
    })
    expect(second).toMatchObject({ status: 409, json: { code: 'SESSION_CONFLICT' } })
  })

  test('an aborted request still saves, and so does what it changes afterwards', async () => {
    const [one, two] = await twoWorkers({ express })
    const browser = new Browser()
    await browser.visit(one, logIn)
    const [began, goOn, ended] = [signal(), signal(), signal()]
    const path = one.route(async (req, res) => {
      req.session.count = 1
      began.give()
      await goOn.given
      req.session.theme = 'dark'
      res.json(null)
      ended.give()
      return ANSWERED
    })
    const abort = new AbortController()
    const request = fetch(one.url + path, { headers: { cookie: browser.cookie ?? '' }, signal: abort.signal })
    await began.given
    abort.abort()
    await expect(request).rejects.toThrow(/abort/)
    await expect.poll(async () => (await browser.visit(two, (req) => req.session.count ?? null)).json).toBe(1)
    goOn.give()
    await ended.given
    await expect.poll(async () => (await browser.visit(two, (req) => req.session.theme ?? null)).json).toBe('dark')
  })

  test('callbacks of `write` and `end` are called', async () => {
    const one = await startMiddleware({ express })
    const called: string[] = []
    const answer = await new Browser().visit(one, (req, res) => {
      void logIn(req, res)
      res.write('one', () => called.push('write'))
      res.end('two', () => called.push('end'))
      return ANSWERED
    })
    expect(answer.text).toBe('onetwo')
    await expect.poll(() => called).toEqual(['write', 'end'])
  })

  test('a stream of events has its session, and sends as it goes', async () => {
    const [one, two] = await twoWorkers({ express })
    const browser = new Browser()
    await browser.visit(one, logIn)
    const [first, second] = [signal(), signal()]
    const path = one.route(async (req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' })
      res.write(`data: ${req.session.user}\n\n`)
      await first.given
      req.session.count = 1
      res.write('data: more\n\n')
      await second.given
      res.end()
      return ANSWERED
    })
    const response = await fetch(one.url + path, { headers: { cookie: browser.cookie ?? '' } })
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect(await reader.read()).toEqual({ done: false, value: 'data: ann\n\n' })
    first.give()
    expect(await reader.read()).toEqual({ done: false, value: 'data: more\n\n' })
    second.give()
    expect((await reader.read()).done).toBe(true)
    const { json } = await browser.visit(two, (req) => req.session.count)
    expect(json).toBe(1)
  })
})
