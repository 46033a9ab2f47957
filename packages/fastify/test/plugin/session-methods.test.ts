import { inspect } from 'node:util'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { MemoryRecordStore } from '@hazelcast-session/core'
import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { startPlugin } from '../support/plugin-worker.ts'
import type { PluginWorker } from '../support/plugin-worker.ts'
import { attributesOf } from '../support/store-worker.ts'

async function pair(options: Parameters<typeof startPlugin>[0] = {}): Promise<[PluginWorker, PluginWorker]> {
  const recordStore = new MemoryRecordStore()
  return [
    await startPlugin({ recordStore, workerName: 'w1', ...options }),
    await startPlugin({ recordStore, workerName: 'w2', ...options }),
  ]
}

/** A browser with a session that holds these attributes. */
async function visitor(worker: PluginWorker, attributes: object = { user: 'ann' }): Promise<Browser> {
  const browser = new Browser()
  await browser.get(worker.route(async ({ session }) => void Object.assign(session, attributes)))
  return browser
}

describe('a session', () => {
  test('begins with its first change, is answered with a cookie and loaded by another worker', async () => {
    const [one, two] = await pair()
    const browser = new Browser()
    const unchanged = await browser.get(one.route(({ session }) => session.isNew))
    expect(unchanged).toMatchObject({ json: true, setCookie: undefined })
    const changed = await browser.get(one.route(async ({ session }) => void (session.user = 'ann')))
    expect(changed.setCookie).toMatch(/^sessionId=s%3AHZ[0-9A-F]{32}\.w1\.[\w%]+; Path=\/; HttpOnly$/)
    const read = await browser.get(
      two.route(({ session }) => ({ id: session.sessionId, isNew: session.isNew, keys: Object.keys(session) })),
    )
    expect(read.json).toEqual({ id: browser.value?.split('.')[0], isNew: false, keys: ['cookie', 'user'] })
    expect(browser.value).toMatch(/\.w2$/)
  })

  test('`get`, `set`, assignment, deletion and changes inside are kept', async () => {
    const [one, two] = await pair()
    const browser = await visitor(one, { user: 'ann', cart: { items: ['tea'] } })
    const { json } = await browser.get(
      two.route(async ({ session }) => {
        session.set('count', 1)
        session.cart?.items.push('bread')
        delete session.user
        return [session.get('count'), session.get('user') === undefined]
      }),
    )
    expect(json).toEqual([1, true])
    expect((await browser.get(one.route(attributesOf))).json).toEqual({ cart: { items: ['tea', 'bread'] }, count: 1 })
  })

  test('`encryptedSessionId` is what the cookie carries', async () => {
    const [one] = await pair()
    const browser = await visitor(one)
    const { text } = await browser.get(one.route(({ session }) => session.encryptedSessionId))
    expect(decodeURIComponent(browser.cookie ?? '')).toBe(`sessionId=s:${text}`)
  })

  test('`isModified` and `isSaved` say whether something is to be saved, and whether all is', async () => {
    const [one] = await pair()
    const { json } = await new Browser().get(
      one.route(async ({ session }) => {
        const seen = [[session.isModified(), session.isSaved()]]
        session.user = 'ann'
        seen.push([session.isModified(), session.isSaved()])
        await session.save()
        seen.push([session.isModified(), session.isSaved()])
        session.user = 'bob'
        seen.push([session.isModified(), session.isSaved()])
        return seen
      }),
    )
    expect(json).toEqual([
      [false, false],
      [true, false],
      [false, true],
      [true, false],
    ])
  })

  test('`regenerate` begins another session, which is stored at once, and ends the one before', async () => {
    const [one, two] = await pair()
    const browser = await visitor(one, { user: 'ann', theme: 'dark' })
    const old = browser.copy()
    const { json } = await browser.get(
      one.route(async (request) => {
        const before = request.session
        await request.session.regenerate(['user'])
        return [request.session !== before, request.session.isNew, attributesOf(request)]
      }),
    )
    expect(json).toEqual([true, false, { user: 'ann' }])
    expect(browser.value).not.toBe(old.value)
    expect((await browser.get(two.route(attributesOf))).json).toEqual({ user: 'ann' })
    expect((await old.get(two.route(attributesOf))).json).toEqual({})
  })

  test('`regenerate` without keys keeps nothing, and the browser learns of the new session all the same', async () => {
    const [one] = await pair()
    const browser = await visitor(one)
    const old = browser.value
    await browser.get(one.route(async ({ session }) => session.regenerate()))
    expect(browser.value).not.toBe(old)
    const { json } = await browser.get(one.route((request) => [request.session.isNew, attributesOf(request)]))
    expect(json).toEqual([false, {}])
  })

  test('`destroy` ends it, takes it from the request and clears the cookie', async () => {
    const [one, two] = await pair()
    const browser = await visitor(one)
    const old = browser.copy()
    const { json } = await browser.get(
      one.route(async (request) => {
        await request.session.destroy()
        return [request.session]
      }),
    )
    expect([json, browser.cookie]).toEqual([[null], undefined])
    expect((await old.get(two.route(attributesOf))).json).toEqual({})
  })

  test('`reload` shows what is stored, and fails for a session that has ended', async () => {
    const [one, two] = await pair()
    const browser = await visitor(one, { count: 1 })
    const { json } = await browser.get(
      one.route(async (request) => {
        await browser.copy().get(two.route(async ({ session }) => void (session.count = 2)))
        request.session.count = 7
        await request.session.reload()
        return attributesOf(request)
      }),
    )
    expect(json).toEqual({ count: 2 })
    const ended = await browser.get(
      one.route(async ({ session }) => {
        await two.manager.end(session.sessionId)
        return session.reload().catch((error: Error) => [error.message])
      }),
    )
    expect(ended.json).toEqual(['failed to load session'])
  })

  test('`save` stores now; the browser gets the cookie with the answer', async () => {
    const [one, two] = await pair()
    const browser = new Browser()
    const { json } = await browser.get(
      one.route(async ({ session }) => {
        session.user = 'ann'
        await session.save()
        const stored = await two.manager.load(session.sessionId)
        return stored?.data
      }),
    )
    expect(json).toEqual({ user: 'ann' })
    expect((await browser.get(two.route(attributesOf))).json).toEqual({ user: 'ann' })
  })

  test('`touch` and `options` concern the cookie of this answer', async () => {
    const [one] = await pair({ cookie: { maxAge: 60_000, sameSite: 'lax' } })
    const browser = await visitor(one)
    const { json, setCookie } = await browser.get(
      one.route(async ({ session }) => {
        session.cookie.expires = new Date(0)
        session.touch()
        const touched = session.cookie.maxAge ?? 0
        session.options({ sameSite: 'strict' })
        session.options({})
        return [touched > 59_000, session.cookie]
      }),
    )
    expect(json).toMatchObject([true, { originalMaxAge: 60_000, sameSite: 'strict', path: '/', httpOnly: true }])
    expect(setCookie).toMatch(/Expires=.*SameSite=Strict/)
    expect((await browser.get(one.route(() => 'read'))).setCookie).toContain('SameSite=Lax')
  })

  test('a max age of its own is how long it lives, on every worker', async () => {
    const [one, two] = await pair({ cookie: { maxAge: 60_000 } })
    const browser = new Browser()
    await browser.get(
      one.route(async ({ session }) => {
        session.user = 'ann'
        session.cookie.maxAge = 7_200_000
      }),
    )
    const { json, setCookie } = await browser.get(
      two.route(({ session }) => [session.maxInactiveInterval, session.cookie.originalMaxAge]),
    )
    expect(json).toEqual([7200, 7_200_000])
    const expires = Date.parse(/Expires=([^;]+)/.exec(setCookie ?? '')?.[1] ?? '')
    expect(expires - Date.now()).toBeGreaterThan(7_100_000)
  })

  test('`maxInactiveInterval` is kept, whatever the cookie says', async () => {
    const [one, two] = await pair({ cookie: { maxAge: 60_000 } })
    const browser = new Browser()
    await browser.get(
      one.route(async ({ session }) => {
        session.user = 'ann'
        session.maxInactiveInterval = 600
      }),
    )
    const { json } = await browser.get(two.route(({ session }) => [session.maxInactiveInterval, session.cookie.maxAge]))
    expect(json).toEqual([600, expect.closeTo(60_000, -3)])
  })

  test('is read, copied and printed as an object', async () => {
    const [one] = await pair()
    const browser = await visitor(one, { user: 'ann', count: 1 })
    const { json } = await browser.get(
      one.route(({ session }) => {
        const { user, count, ...others } = { ...session }
        return [
          user,
          count,
          Object.keys(others),
          'user' in session,
          'theme' in session,
          inspect(session).includes('ann'),
        ]
      }),
    )
    expect(json).toEqual(['ann', 1, ['cookie'], true, false, true])
  })
})

describe('what the library has not', () => {
  test('`update` changes the session atomically, from any number of requests', async () => {
    const [one, two] = await pair()
    const browser = await visitor(one, { count: 0 })
    const increment = ({ session }: Parameters<Parameters<PluginWorker['route']>[0]>[0]): Promise<{ value: number }> =>
      session.update((data) => ({ value: (data.count = (data.count ?? 0) + 1) }))
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, turn) => browser.copy().get((turn % 2 ? one : two).route(increment))),
    )
    const values = answers.map(({ json }) => (json as { value: number }).value)
    expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, turn) => turn + 1))
  })

  test('`signIn` gives a new id, keeps the data and notes whose session it is', async () => {
    const [one, two] = await pair()
    const browser = await visitor(one, { theme: 'dark' })
    const before = browser.value
    await browser.get(
      one.route(async ({ session }) => {
        await session.signIn('ann')
        session.user = 'ann'
      }),
    )
    expect(browser.value).not.toBe(before)
    expect((await browser.get(two.route(attributesOf))).json).toEqual({ theme: 'dark', user: 'ann' })
    const stored = await two.manager.load(browser.value?.split('.')[0] ?? '')
    expect(stored?.principal).toBe('ann')
  })

  test('`changeId` gives a new id and keeps the data', async () => {
    const [one] = await pair()
    const browser = await visitor(one)
    const before = browser.value
    await browser.get(one.route(async ({ session }) => session.changeId()))
    expect(browser.value).not.toBe(before)
    expect((await browser.get(one.route(attributesOf))).json).toEqual({ user: 'ann' })
  })

  test('`signOut` ends the session everywhere and clears the cookie', async () => {
    const [one, two] = await pair()
    const browser = await visitor(one)
    const old = browser.copy()
    await browser.get(two.route(async ({ session }) => session.signOut()))
    expect(browser.cookie).toBeUndefined()
    expect((await old.get(one.route(attributesOf))).json).toEqual({})
    const late = await old.get(one.route(async ({ session }) => void (session.user = 'bob')))
    expect(late).toMatchObject({ status: 409, json: { code: 'SESSION_ENDED' }, setCookie: undefined })
  })
})

describe.each(['regenerate', 'destroy', 'reload', 'save'] as const)('`%s`', (method) => {
  test('tells a callback, and a promise without one', async () => {
    const [one] = await pair()
    const browser = await visitor(one)
    const { json } = await browser.get(
      one.route(async ({ session }) => {
        const returned: unknown = await new Promise((resolve) => {
          const result: unknown = session[method]((error?: unknown) => resolve([error ?? null, result === undefined]))
        })
        return returned
      }),
    )
    expect(json).toEqual([null, true])
    const promised = await (
      await visitor(one)
    ).get(one.route(({ session }) => session[method]().then((value: unknown) => [value === undefined])))
    expect(promised.json).toEqual([true])
  })

  test('is told of a cluster that is away', async () => {
    const recordStore = new ObservedRecordStore()
    const worker = await startPlugin({ recordStore })
    const told = await (
      await visitor(worker)
    ).get(
      worker.route(async ({ session }, reply) => {
        session.user = 'bob'
        recordStore.isDown = true
        const code = await session[method]().catch((error: { code: string }) => error.code)
        recordStore.isDown = false
        return reply.code(500).send([code])
      }),
    )
    expect(told.json).toEqual(['STORE_UNAVAILABLE'])
  })
})
