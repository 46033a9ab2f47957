import { MemoryRecordStore, StoreUnavailableError } from '@hazelcast-session/core'
import { NextFetchEvent } from 'next/dist/server/web/spec-extension/fetch-event.js'
import { NextRequest, NextResponse } from 'next/server.js'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSessions } from '../src/index.ts'
import type { ProxyCallback, Sessions, SessionsOptions } from '../src/index.ts'

interface Data {
  count: number
}

const UNCACHED = 'private, no-cache, no-store, max-age=0, must-revalidate'
let applications = 0

/** A worker of an application that the test has for itself. */
function worker(options: SessionsOptions): Sessions<Data> {
  const sessions = createSessions<Data>({
    secret: 'a secret of the tests',
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    ...options,
  })
  onTestFinished(async () => (await sessions.connect()).close())
  return sessions
}

function pair(options: SessionsOptions = {}): [Sessions<Data>, Sessions<Data>] {
  const shared = { recordStore: new MemoryRecordStore(), cookie: { name: `sid${applications++}` }, ...options }
  return [worker({ ...shared, workerName: 'w1' }), worker({ ...shared, workerName: 'w2' })]
}

interface Seen {
  readonly response: Response
  readonly setCookies: readonly string[]
  /** The `Cookie` header that pages get; undefined: that of the request. */
  readonly forwarded: string | null
}

async function passed(
  sessions: Sessions<Data>,
  headers: Record<string, string> = {},
  callback?: ProxyCallback<Data>,
  method = 'GET',
): Promise<Seen> {
  const request = new NextRequest('http://localhost/page', { method, headers })
  const event = new NextFetchEvent({ request, page: '/page', context: undefined })
  const response = await sessions.sessionProxy(callback)(request, event)
  const forwarded = response.headers.get('x-middleware-request-cookie')
  return { response, setCookies: response.headers.getSetCookie(), forwarded }
}

/** The `Cookie` header of a browser that has begun a session here. */
async function begun(sessions: Sessions<Data>): Promise<string> {
  const { setCookies } = await passed(sessions, {}, (_req, session) => void (session.count = 1))
  return setCookies[0]!.split(';')[0]!
}

const countOf: ProxyCallback<Data> = (_req, session) => Response.json(session.count ?? null)

test('lets a request without a session pass', async () => {
  const [w1] = pair()
  const { response, setCookies, forwarded } = await passed(w1, { cookie: 'a=1' })
  expect(response.headers.get('x-middleware-next')).toBe('1')
  expect([setCookies, forwarded, response.headers.get('cache-control')]).toEqual([[], null, null])
})

describe('a session of another worker', () => {
  test('gets a cookie with this worker in it, for the browser and for pages; other cookies stay', async () => {
    const [w1, w2] = pair()
    const cookie = await begun(w1)
    const { response, setCookies, forwarded } = await passed(w2, { cookie: `a="1=2"; ${cookie}; b=ä` })
    expect(setCookies).toEqual([
      expect.stringMatching(/^sid\d+=s%3AHZ[0-9A-F]{32}\.w2\..*; Path=\/; HttpOnly; SameSite=lax$/),
    ])
    expect(response.headers.get('cache-control')).toBe(UNCACHED)
    expect(forwarded).toBe(`a="1=2"; b=ä; ${setCookies[0]!.split(';')[0]}`)
    const again = await passed(w2, { cookie })
    expect(again.setCookies).toEqual(setCookies)
    expect((await passed(w1, { cookie })).setCookies).toEqual([])
  })

  test.each([{ 'next-action': 'x' }, { purpose: 'prefetch' }, { 'sec-purpose': 'prefetch;prerender' }])(
    'keeps its cookie in the browser with %j',
    async (headers) => {
      const [w1, w2] = pair()
      const cookie = await begun(w1)
      const { response, setCookies, forwarded } = await passed(w2, { cookie, ...headers })
      expect([setCookies, response.headers.get('cache-control')]).toEqual([[], null])
      expect(forwarded).toContain('.w2.')
    },
  )

  test('is left to the handler of a request that changes something, which knows at its end whether it still is one', async () => {
    const [w1, w2] = pair()
    const cookie = await begun(w1)
    for (const callback of [undefined, () => {}]) {
      const { setCookies, forwarded } = await passed(w2, { cookie }, callback, 'POST')
      expect([setCookies, forwarded]).toEqual([[], null])
    }
    const changed = await passed(w2, { cookie }, async (_req, session) => session.changeId(), 'POST')
    expect(changed.setCookies).toHaveLength(1)
  })

  test('gets the name of this worker in the cookie for that, where there is one', async () => {
    const [w1, w2] = pair({ routeCookie: true })
    const cookie = await begun(w1)
    const { setCookies, forwarded } = await passed(w2, { cookie: `${cookie}; hzroute=w1` })
    expect(setCookies).toEqual([expect.stringMatching(/^hzroute=w2;/)])
    expect(forwarded).toBe(`${cookie}; hzroute=w2`)
  })

  test('gets none when it has ended', async () => {
    const [w1, w2] = pair()
    const cookie = await begun(w1)
    const ended = await passed(w1, { cookie }, async (_req, session) => session.signOut())
    expect(ended.setCookies).toEqual([expect.stringMatching(/^sid\d+=; .*Expires=Thu, 01 Jan 1970/)])
    expect(ended.forwarded).toBe('')
    expect((await passed(w2, { cookie })).setCookies).toEqual([])
  })
})

describe('what the callback answers', () => {
  test.each<[string, () => Response | undefined, string | null]>([
    ['nothing', () => undefined, '1'],
    ['next', () => NextResponse.next(), '1'],
    ['next with headers', () => NextResponse.next({ request: { headers: new Headers({ 'x-own': 'kept' }) } }), '1'],
    ['a rewrite', () => NextResponse.rewrite('http://localhost/other'), null],
    ['a redirect', () => NextResponse.redirect('http://localhost/other', 302), null],
    ['a redirect of Fetch', () => Response.redirect('http://localhost/other', 302), null],
    ['a response', () => Response.json('own'), null],
  ])('keeps its sense with a cookie: %s', async (what, answer, next) => {
    const [w1] = pair()
    const { response, setCookies, forwarded } = await passed(w1, {}, (_req, session) => {
      session.count = 1
      return answer()
    })
    expect(setCookies).toHaveLength(1)
    expect(response.headers.get('x-middleware-next')).toBe(next)
    const goesOn = next !== null || what === 'a rewrite'
    expect(forwarded).toBe(goesOn ? setCookies[0]!.split(';')[0] : null)
    const kept = {
      own: response.headers.get('x-middleware-request-x-own'),
      overridden: response.headers.get('x-middleware-override-headers')?.split(',').includes('cookie'),
      location: response.headers.get('location'),
    }
    expect(kept).toEqual({
      own: what === 'next with headers' ? 'kept' : null,
      overridden: goesOn ? true : undefined,
      location: what.startsWith('a redirect') ? 'http://localhost/other' : null,
    })
  })

  test('is nothing that would be lost when it throws', async () => {
    const [w1] = pair()
    const cookie = await begun(w1)
    const failing = passed(w1, { cookie }, (_req, session) => {
      session.count = 2
      throw new Error('planned')
    })
    await expect(failing).rejects.toThrow('planned')
    expect(await (await passed(w1, { cookie }, countOf)).response.json()).toBe(1)
  })
})

test('a session with a max age keeps it, and lives as long', async () => {
  const [w1] = pair({ cookie: { name: 'lasting', maxAge: 90, sameSite: 'strict', secure: true } })
  const seen: number[] = []
  const { setCookies } = await passed(w1, { 'x-forwarded-proto': 'https' }, async (_req, session) => {
    await session.set('count', 1)
    seen.push(session.maxInactiveInterval)
    session.cookieMaxAge = 600
    await session.save()
    seen.push(session.maxInactiveInterval)
  })
  expect(seen).toEqual([90, 600])
  expect(setCookies).toEqual([expect.stringMatching(/; Max-Age=600; Secure; HttpOnly; SameSite=strict$/)])
})

test('a secure cookie is not sent over a connection that is none', async () => {
  const [w1] = pair({ cookie: { name: 'secure', secure: true } })
  const { setCookies } = await passed(w1, {}, (_req, session) => void (session.count = 1))
  expect(setCookies).toEqual([])
})

test('a store that is away is a 503 for who asks for the session, and nothing to all others', async () => {
  const recordStore = Object.assign(new MemoryRecordStore(), {
    load: () => Promise.reject(new StoreUnavailableError('It is away.', { unsent: true })),
  })
  const away = worker({ recordStore, workerName: 'w2', cookie: { name: 'sid.away' }, maxInactiveInterval: 60 })
  const [there] = pair({ cookie: { name: 'sid.away' } })
  const cookie = await begun(there)
  const refused = await passed(away, { cookie }, countOf)
  expect([refused.response.status, refused.response.headers.get('retry-after')]).toEqual([503, '1'])
  const { response, setCookies } = await passed(away, { cookie })
  expect([response.headers.get('x-middleware-next'), setCookies]).toEqual(['1', []])
})
