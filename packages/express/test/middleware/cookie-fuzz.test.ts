import { createHmac } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import type { Visit } from '../support/test-worker.ts'
import { SECRET, startMiddleware } from './support/middleware-worker.ts'
import type { MiddlewareWorker } from './support/middleware-worker.ts'

const RUNS = 1000
const LIMIT = 60_000
const FRESH: unknown = expect.stringMatching(/^HZ[0-9A-F]{32}$/)
const logIn: Visit = (req) => void (req.session.user = 'ann')
const look: Visit = (req) => ({ isNew: req.session.isNew, id: req.session.id, user: req.session.user ?? null })

interface Stand {
  readonly store: ObservedRecordStore
  readonly worker: MiddlewareWorker
  /** `connect.sid=...` of a session of ann's, and its parts. */
  readonly cookie: string
  readonly id: string
  /** A request with this `Cookie` header and no other. */
  readonly ask: (cookie: string) => ReturnType<Browser['get']>
}

async function stand(): Promise<Stand> {
  const store = new ObservedRecordStore()
  const worker = await startMiddleware({ recordStore: store })
  const browser = new Browser()
  await browser.visit(worker, logIn)
  const url = worker.url + worker.route(look)
  return {
    store,
    worker,
    cookie: browser.cookie ?? '',
    id: browser.sessionId?.split('.')[0] ?? '',
    ask: (cookie) => new Browser().get(url, { cookie }),
  }
}

function signed(value: string): string {
  const signature = createHmac('sha256', SECRET).update(value).digest('base64').replace(/=+$/, '')
  return `connect.sid=${encodeURIComponent(`s:${value}.${signature}`)}`
}

/** What may be in a header at all. */
const character = fc.oneof(
  fc.constantFrom(...Array.from(' ;=,."%\\{}[]:sjH.\t')),
  fc.integer({ min: 0x21, max: 0xff }).map((code) => (code === 0x7f ? 'x' : String.fromCodePoint(code))),
)
const text = fc.string({ unit: character, maxLength: 60 })
const name = fc.constantFrom(
  'connect.sid',
  'connect.sid',
  'connect.sid ',
  '__proto__',
  'constructor',
  'CONNECT.SID',
  '',
)
const value = fc.oneof(
  text,
  text.map((tail) => `s%3A${tail}`),
  text.map((tail) => `"s:${tail}"`),
  text.map((tail) => `s:HZ0123456789ABCDEF0123456789ABCDEF.w1.${tail}`),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map(encodeURIComponent),
  fc.integer({ min: 1000, max: 9000 }).map((length) => `s%3A${'A'.repeat(length)}`),
)
const pair = fc.tuple(name, value).map(([key, content]) => `${key}=${content}`)
const junk = fc
  .array(fc.oneof({ weight: 3, arbitrary: pair }, text), { maxLength: 5 })
  // Longer ones are refused by node.
  .map((pieces) => pieces.join(';').slice(0, 14_000))

/** The signed text with one character changed, taken away, or put in. */
function tampered(cookie: string, at: number, how: number, by: string): string {
  const signedText = decodeURIComponent(cookie.slice('connect.sid=s%3A'.length))
  const index = at % signedText.length
  const middle = [by, '', by + signedText.charAt(index)][how % 3] ?? ''
  const changed = signedText.slice(0, index) + middle + signedText.slice(index + 1)
  return changed === signedText ? 'connect.sid=s%3A' : `connect.sid=${encodeURIComponent(`s:${changed}`)}`
}

describe('thousands of Cookie headers', { timeout: LIMIT }, () => {
  test('that nobody signed open no session, ask the store nothing and fail nowhere', async () => {
    const { store, ask, cookie } = await stand()
    store.loads = store.writes = 0
    const forged = fc.tuple(fc.nat(), fc.nat(), character).map(([at, how, by]) => tampered(cookie, at, how, by))
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 3, arbitrary: junk }, forged), async (header) => {
        const answer = await ask(header)
        expect(answer).toMatchObject({ status: 200, json: { isNew: true, user: null }, setCookie: undefined })
        expect(store).toMatchObject({ loads: 0, writes: 0 })
      }),
      { numRuns: RUNS },
    )
  })

  test('with the signed one among them open its session', async () => {
    const { ask, cookie, id } = await stand()
    await fc.assert(
      fc.asyncProperty(junk, junk, async (before, after) => {
        const answer = await ask(`${before.slice(0, 6000)};${cookie};${after.slice(0, 6000)}`)
        expect(answer).toMatchObject({ status: 200, json: { isNew: false, id, user: 'ann' } })
      }),
      { numRuns: RUNS },
    )
  })

  test('that are signed, of whatever text, never make an id of it, and repeat nothing of it', async () => {
    const { store, ask, id } = await stand()
    store.writes = 0
    const own = signed(`${id}.w1`)
    const signedText = fc.oneof(
      text,
      text.map((suffix) => `${id}.${suffix}`),
      fc.constantFrom('__proto__', 'constructor', '', '.', `${id}.`, `.${id}`, `${id}.w1.w1`, `${id}\r\n`),
    )
    await fc.assert(
      fc.asyncProperty(signedText, async (content) => {
        const answer = await ask(signed(content))
        expect(answer.status).toBe(200)
        expect(store.writes).toBe(0)
        // Ann's session and the name of this worker, or a session that begins and has an id of our own.
        const seen: Record<string, unknown> = Object(answer.json)
        expect(seen).toMatchObject(seen['user'] === 'ann' ? { id, isNew: false } : { id: FRESH, isNew: true })
        expect(seen['isNew'] === true ? seen['id'] : '').not.toBe(content)
        expect(answer.setCookie ?? own).toContain(own)
      }),
      { numRuns: RUNS },
    )
  })
})
