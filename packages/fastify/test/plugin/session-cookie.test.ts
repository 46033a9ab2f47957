import { setTimeout as pause } from 'node:timers/promises'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { listed } from '../support/listed-sessions.ts'
import { startPlugin } from '../support/plugin-worker.ts'
import { attributesOf } from '../support/store-worker.ts'

describe('`regenerate` with all names of the session', () => {
  test('keeps its cookie, and stores nothing but attributes', async () => {
    const worker = await startPlugin({ cookie: { maxAge: 60_000 } })
    const browser = new Browser()
    const { json, setCookie } = await browser.get(
      worker.route(async (request) => {
        const { session } = request
        session.user = 'ann'
        session.cookie.maxAge = 3_600_000
        session.cookie.sameSite = 'strict'
        await session.regenerate([...Object.keys(session), 'sessionId', 'isNew'])
        return [request.session !== session, request.session.cookie.originalMaxAge, Object.keys(request.session)]
      }),
    )
    expect(json).toEqual([true, 3_600_000, ['cookie', 'user']])
    expect(setCookie).toContain('SameSite=Strict')
    const stored = (await listed(worker)).map(({ data, maxInactiveInterval }) => [data, maxInactiveInterval])
    expect(stored).toEqual([[{ user: 'ann' }, 3600]])
    const read = await browser.get(worker.route(({ session }) => [session.cookie.originalMaxAge]))
    expect(read.json).toEqual([3_600_000])
  })

  test('keeps a date that the cookie was given', async () => {
    const worker = await startPlugin()
    await new Browser().get(
      worker.route(async ({ session }) => {
        session.cookie.expires = new Date(Date.now() + 7_200_000)
        await session.regenerate(Object.keys(session))
      }),
    )
    const [stored] = await listed(worker)
    expect(stored?.maxInactiveInterval).toBeCloseTo(7200, -1)
  })
})

describe('`session.cookie`', () => {
  test('may be assigned a cookie', async () => {
    const worker = await startPlugin()
    const browser = new Browser()
    const { json } = await browser.get(
      worker.route(async (request) => {
        const { session } = request
        session.cookie.maxAge = 7_200_000
        session.user = 'ann'
        Object.assign(session, { ...session })
        const { cookie } = session
        await session.regenerate()
        request.session.cookie = cookie
        return [request.session.cookie === cookie]
      }),
    )
    expect(json).toEqual([true])
    const read = await browser.get(worker.route(({ session }) => [session.cookie.originalMaxAge]))
    expect(read.json).toEqual([7_200_000])
  })

  test('says what it expects when it is assigned something else', async () => {
    const worker = await startPlugin()
    const { status, text } = await new Browser().get(
      worker.route(async ({ session }) => void (session.cookie = { originalMaxAge: 7 })),
    )
    expect([status, text]).toEqual([500, expect.stringContaining('Expected `session.cookie` to be the cookie of a')])
  })

  test('whose `options` say a date has that for its max age', async () => {
    const worker = await startPlugin()
    const browser = new Browser()
    await browser.get(worker.route(async ({ session }) => void (session.user = 'ann')))
    await browser.get(
      worker.route(async ({ session }) => session.options({ expires: new Date(Date.now() + 7_200_000) })),
    )
    const { json } = await browser.get(
      worker.route(({ session }) => [session.maxInactiveInterval, session.cookie.originalMaxAge]),
    )
    expect(json).toEqual([expect.closeTo(7200, -1), expect.closeTo(7_200_000, -4)])
  })
})

describe('a date in the options', () => {
  const LIFE = 4000

  test.each([
    ['looked at', true],
    ['not looked at', false],
  ])('is the end of each session, however much it is used: %s', async (_title, isLookedAt) => {
    const expires = new Date(Date.now() + LIFE)
    const worker = await startPlugin({ rolling: false, touchAfter: 0, cookie: { expires } })
    const browser = new Browser()
    await browser.get(worker.route(async ({ session }) => void (session.user = 'ann')))
    const visit = worker.route(({ session }) => [session.user ?? null])
    const use = isLookedAt ? visit : worker.route(() => 'used')
    while (Date.now() < expires.getTime() - 1200) {
      await browser.copy().get(use)
      await pause(300)
    }
    const [stored] = await listed(worker)
    // It is a second late at most, as the note of any use may be.
    const last = (stored?.lastAccessedAt ?? 0) + (stored?.maxInactiveInterval ?? 0) * 1000
    expect(last - expires.getTime()).toBeLessThan(1500)
    expect((await browser.copy().get(visit)).json).toEqual(['ann'])
    await pause(expires.getTime() - Date.now() + 10)
    expect((await browser.copy().get(visit)).json).toEqual([null])
  })

  test('costs no writes', async () => {
    const recordStore = new ObservedRecordStore()
    const worker = await startPlugin({ recordStore, cookie: { expires: new Date(Date.now() + 3_600_000) } })
    const browser = new Browser()
    await browser.get(worker.route(async ({ session }) => void (session.user = 'ann')))
    const { writes } = recordStore
    for (let turn = 0; turn < 5; turn++) await browser.get(worker.route(attributesOf))
    expect(recordStore.writes).toBe(writes)
  })

  test('is nothing to a session with a max age of its own', async () => {
    const expires = new Date(Date.now() + 1000)
    const worker = await startPlugin({ cookie: { expires } })
    const browser = new Browser()
    await browser.get(
      worker.route(async ({ session }) => {
        session.user = 'ann'
        session.cookie.maxAge = 60_000
      }),
    )
    await pause(expires.getTime() - Date.now() + 10)
    expect((await browser.get(worker.route(attributesOf))).json).toEqual({ user: 'ann' })
  })

  test('may be as far away as dates go', async () => {
    const worker = await startPlugin({ cookie: { expires: new Date('9999-12-31') } })
    const browser = new Browser()
    await browser.get(worker.route(async ({ session }) => void (session.user = 'ann')))
    expect((await browser.get(worker.route(attributesOf))).json).toEqual({ user: 'ann' })
  })

  test('ends a session whose `maxInactiveInterval` reaches beyond it', async () => {
    const worker = await startPlugin({ cookie: { expires: new Date(Date.now() + 60_000) } })
    await new Browser().get(
      worker.route(async ({ session }) => {
        session.user = 'ann'
        session.maxInactiveInterval = 600
      }),
    )
    const [stored] = await listed(worker)
    expect(stored?.maxInactiveInterval).toBeCloseTo(60, -1)
  })
})
