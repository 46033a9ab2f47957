import type { Request } from 'express'
import type { CookieOptions } from 'express-session'
import { describe, expect, test } from 'vitest'
import { EXPRESS_VERSIONS } from '../../support/express-versions.ts'
import type { Visit } from '../../support/test-worker.ts'
import { expectSame } from '../support/side-by-side.ts'
import type { BothOptions, Site } from '../support/side-by-side.ts'

const change: Visit = (req) => (req.session.count = (req.session.count ?? 0) + 1)
const read: Visit = (req) => [req.session.count ?? 0, req.sessionID === req.session.id]
const untouched: Visit = () => 'nothing'

/** A change, a read, a change, and a request that does not look at the session. */
async function fourVisits(site: Site): Promise<void> {
  for (const visit of [change, read, change, untouched]) {
    await site.visit(visit)
    site.pass(1000)
  }
}

const COOKIES: readonly (readonly [string, CookieOptions])[] = [
  ['no option', {}],
  ['domain', { domain: 'example.test' }],
  ['expires', { expires: new Date(Date.UTC(2030, 5, 1)) }],
  ['httpOnly: true', { httpOnly: true }],
  ['httpOnly: false', { httpOnly: false }],
  ['maxAge', { maxAge: 60_000 }],
  ['maxAge: null', Object.assign<CookieOptions, object>({}, { maxAge: null })],
  ['maxAge after expires: the last one is used', { expires: new Date(Date.UTC(2030, 5, 1)), maxAge: 60_000 }],
  ['expires after maxAge: the last one is used', { maxAge: 60_000, expires: new Date(Date.UTC(2030, 5, 1)) }],
  ['partitioned: true', { partitioned: true }],
  ['partitioned: false', { partitioned: false }],
  ['path', { path: '/visit' }],
  ['priority: low', { priority: 'low' }],
  ['priority: medium', { priority: 'medium' }],
  ['priority: high', { priority: 'high' }],
  ['sameSite: true', { sameSite: true }],
  ['sameSite: false', { sameSite: false }],
  ['sameSite: lax', { sameSite: 'lax' }],
  ['sameSite: none', { sameSite: 'none' }],
  ['sameSite: strict', { sameSite: 'strict' }],
  ['capitals', Object.assign<CookieOptions, object>({}, { sameSite: 'Strict', priority: 'HIGH' })],
  ['secure: false', { secure: false }],
  ['secure: true, which over http sets no cookie', { secure: true }],
  ['secure: auto', { secure: 'auto' }],
  ['everything', { domain: 'a.test', httpOnly: false, maxAge: 5000, sameSite: 'lax', priority: 'high', path: '/' }],
]

describe.each(EXPRESS_VERSIONS)('with %s, as with express-session', (_name, express) => {
  test.each(COOKIES)('the cookie has the flags of `cookie` (%s)', async (_option, cookie) => {
    await expectSame({ express }, { cookie }, fourVisits)
    await expectSame({ express }, { cookie, rolling: true }, fourVisits)
    await expectSame({ express }, { cookie, saveUninitialized: true }, fourVisits)
  })

  test('`cookie` as a function is asked about each request', async () => {
    const cookie = (req: Request): CookieOptions => ({
      path: '/',
      httpOnly: true,
      secure: req.secure || false,
      maxAge: req.get('x-kiosk') === undefined ? 60_000 : 1000,
    })
    await expectSame({ express }, { cookie }, fourVisits)
    await expectSame({ express }, { cookie }, (site) => site.visit(change, { headers: { 'x-kiosk': 'yes' } }))
  })

  test.each([
    ['true, and the header says https', true, { 'x-forwarded-proto': 'https' }],
    ['true, and the first of several says https', true, { 'x-forwarded-proto': 'HTTPS , http' }],
    ['true, and the first of several says http', true, { 'x-forwarded-proto': 'http, https' }],
    ['true, without a header', true, {}],
    ['false, whatever the header says', false, { 'x-forwarded-proto': 'https' }],
    ['left out, and `trust proxy` too', undefined, { 'x-forwarded-proto': 'https' }],
  ])('`proxy` %s', async (_case, proxy, headers) => {
    for (const secure of [true, 'auto'] as const) {
      for (const sameSite of ['auto', 'lax']) {
        const cookie = Object.assign<CookieOptions, object>({ secure }, { sameSite })
        await expectSame({ express }, { proxy, cookie }, async (site) => {
          await site.visit(change, { headers })
          await site.visit(change, { headers })
        })
      }
    }
  })

  test('`proxy` left out goes by `trust proxy`', async () => {
    const before: Parameters<typeof expectSame>[0]['before'] = (req, _res, next) => {
      req.app.set('trust proxy', true)
      next()
    }
    const seen = await expectSame({ express, before }, { cookie: { secure: 'auto' } }, (site) =>
      site.visit(change, { headers: { 'x-forwarded-proto': 'https' } }),
    )
    expect(seen[0]?.setCookie[0]).toContain('Secure')
  })

  test('`name` names the cookie that is set and read', async () => {
    const seen = await expectSame({ express }, { name: 'shop.sid' }, fourVisits)
    expect(seen[0]?.setCookie[0]).toMatch(/^shop\.sid=s%3A/)
    expect(seen[1]?.text).toBe('[1,true]')
  })

  test('`key` is an old name of `name`', async () => {
    await expectSame({ express }, Object.assign<BothOptions, object>({}, { key: 'shop.sid' }), fourVisits)
  })

  test('`genid` makes the id, and what is unsafe in a cookie is encoded', async () => {
    const seen = await expectSame({ express }, { genid: (req) => `${req.get('x-name')}/%;` }, (site) =>
      site.visit((req) => [change(req, req.res!), req.sessionID], { headers: { 'x-name': 'ann' } }),
    )
    expect(seen[0]?.text).toBe('[1,"ann/%;"]')
  })

  test('`rolling` sets the cookie with every response of a session', async () => {
    for (const saveUninitialized of [true, false]) {
      for (const cookie of [{}, { maxAge: 60_000 }]) {
        await expectSame({ express }, { rolling: true, saveUninitialized, cookie }, async (site) => {
          await site.visit(untouched)
          await site.visit(read)
          await fourVisits(site)
        })
      }
    }
  })

  test('`saveUninitialized` gives a cookie to who only looks, or does not look at all', async () => {
    for (const saveUninitialized of [true, false]) {
      await expectSame({ express }, { saveUninitialized }, async (site) => {
        await site.visit(read)
        await site.visit(untouched)
        await fourVisits(site)
      })
      await expectSame({ express }, { saveUninitialized }, (site) => site.visit(untouched))
    }
  })

  test('`saveUninitialized` is true when it is left out, as is `resave`', async () => {
    const options = Object.assign({}, { saveUninitialized: undefined, resave: undefined })
    const seen = await expectSame({ express }, options, fourVisits)
    expect(seen[0]?.setCookie).toHaveLength(1)
  })

  test.each([true, false])('`resave: %s`', async (resave) => {
    await expectSame({ express }, { resave }, fourVisits)
  })

  test('`secret` may be a list: the first signs, all verify', async () => {
    let cookie: string | undefined
    await expectSame({ express }, { secret: ['an old secret'] }, async (site) => {
      await site.visit(change)
      cookie = site.cookie
    })
    const rotated = { secret: ['a new secret', 'an old secret'] }
    await expectSame({ express }, rotated, async (site) => {
      await site.visit(change)
      await site.visit(change)
    })
    // Nobody has the session, but the signature is good: a new one begins.
    await expectSame({ express }, rotated, async (site) => {
      await site.visit(untouched)
      site.cookie = cookie
      await site.visit(change)
    })
  })

  test('`secret` may be a buffer', async () => {
    const secret = Object.assign<BothOptions, object>({}, { secret: Buffer.from('a secret of bytes') })
    await expectSame({ express }, secret, fourVisits)
  })

  test("`unset: 'keep'` leaves the session as it was, and ignores what this request did", async () => {
    await expectSame({ express }, { unset: 'keep' }, async (site) => {
      await site.visit(change)
      await site.visit((req) => {
        req.session.user = 'ann'
        Reflect.set(req, 'session', null)
        return req.session
      })
      await site.visit((req) => [req.session.count, req.session.user ?? null])
      await site.visit((req) => {
        req.session.user = 'ann'
        return Reflect.deleteProperty(req, 'session')
      })
      await site.visit((req) => [req.session.count, req.session.user ?? null])
    })
    await expectSame({ express }, {}, async (site) => {
      await site.visit((req) => Reflect.set(req, 'session', null))
      await site.visit(change)
      await site.visit((req) => Reflect.deleteProperty(req, 'session'))
      await site.visit(read)
    })
  })

  test("`unset: 'destroy'` of a session that never was sets no cookie", async () => {
    await expectSame({ express }, { unset: 'destroy' }, (site) =>
      site.visit((req) => Reflect.set(req, 'session', null)),
    )
  })

  test('a path that the cookie does not come with has no session', async () => {
    for (const path of ['/visit/0', '/visits', '/other', '/visit']) {
      await expectSame({ express }, { cookie: { path } }, (site) => site.visit((req) => typeof req.session))
    }
  })
})
