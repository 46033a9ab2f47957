import { describe, expect, test } from 'vitest'
import { NextBrowser } from '../../harness/next-browser.ts'
import { probe } from '../../harness/next-cast.ts'
import type { NextCast } from '../../harness/next-cast.ts'
import { waitFor } from '../../harness/wait-for.ts'

const UNCACHED = 'private, no-cache, no-store, max-age=0, must-revalidate'

/** What Route Handlers may do. */
export function describeRouteHandlers(cast: NextCast): void {
  describe('a Route Handler', () => {
    test('begins a session with its first change, and keeps the cookie out of shared caches', async () => {
      const browser = new NextBrowser()
      expect((await browser.run(cast.workers[0], 'untouched')).cookies).toEqual([])
      expect((await browser.run(cast.workers[0], 'read')).cookies).toEqual([])
      const first = await browser.run(cast.workers[0], 'set', '?name=a')
      expect(first.cookies).toEqual(['shop.sid'])
      expect(first.headers.get('cache-control')).toBe(UNCACHED)
      const changed = await browser.run(cast.workers[0], 'set', '?name=b')
      expect(changed.cookies).toEqual([])
      expect(await browser.attributes(cast.workers[1])).toEqual({ a: expect.any(Number), b: expect.any(Number) })
    })

    test.each([
      ['redirect', 307, 11],
      ['missing', 404, 12],
      ['own-redirect', 303, 14],
      ['in-passing', 200, 20],
    ])('saves before it answers, with %s', async (what, status, count) => {
      const browser = new NextBrowser()
      const answer = await browser.run(cast.workers[0], what)
      expect(answer).toMatchObject({ status, cookies: ['shop.sid'] })
      expect(await browser.attributes(cast.workers[1])).toEqual({ count })
    })

    test('saves nothing when it throws', async () => {
      const browser = await cast.begun('a')
      expect((await browser.run(cast.workers[0], 'failing')).status).toBe(500)
      expect(await browser.attributes(cast.workers[0])).toEqual({ a: expect.any(Number) })
    })

    test('keeps what parallel requests change, and counts every increment', async () => {
      const browser = await cast.begun('a')
      const names = Array.from({ length: 20 }, (_, index) => `n${index}`)
      await Promise.all([
        ...names.map((name, index) => browser.run(cast.workers[index % 2]!, 'set', `?name=${name}`)),
        ...names.map((_name, index) => browser.run(cast.workers[index % 2]!, 'increment')),
      ])
      expect(await browser.attributes(cast.workers[0])).toMatchObject({
        count: 20,
        ...Object.fromEntries(names.map((name) => [name, expect.any(Number)])),
      })
    })

    test('changes the id at log-in, waited for or not, and ends the session at log-out', async () => {
      const browser = await cast.begun('a')
      for (const what of ['login', 'unawaited']) {
        const before = await browser.cookies(cast.workers[0])
        expect((await browser.run(cast.workers[0], what)).cookies).toContain('shop.sid')
        expect(await browser.cookies(cast.workers[0])).not.toBe(before)
        expect(await browser.attributes(cast.workers[1])).toEqual({ a: expect.any(Number) })
      }
      const old = await browser.cookies(cast.workers[0])
      expect((await browser.run(cast.workers[1], 'logout')).cookies).toContain('shop.sid')
      expect(await browser.cookies(cast.workers[0])).toBe('')
      await browser.adopt(cast.workers[0], old)
      expect(await browser.attributes(cast.workers[0])).toEqual({})
      expect((await browser.run(cast.workers[0], 'set')).status).toBe(409)
    })

    test('begins another session where it has ended its own', async () => {
      const browser = await cast.begun('a')
      expect((await browser.run(cast.workers[0], 'again')).cookies).toEqual(['shop.sid'])
      expect(await browser.attributes(cast.workers[0])).toEqual({ user: 'bob' })
    })

    test('changes a session from its stream, and says when it is too late', async () => {
      expect((await new NextBrowser().run(cast.workers[0], 'late-new')).text).toBe('begun HEADERS_SENT')
      const browser = await cast.begun('a')
      expect((await browser.run(cast.workers[0], 'late-set')).text).toBe('begun done')
      expect((await browser.run(cast.workers[0], 'late-assign')).text).toBe('begun SESSION_READONLY')
      expect(await browser.attributes(cast.workers[0])).toEqual({ a: expect.any(Number), count: 16 })
    })

    test('changes a session in after(), if it was asked for before', async () => {
      const browser = await cast.begun('a')
      await browser.run(cast.workers[1], 'after')
      const said = await waitFor('after() has run', async () => (await probe(cast.workers[1])).saidAfter)
      expect(said).toEqual({ set: 'set', asked: 'SESSION_READONLY' })
      expect(await browser.attributes(cast.workers[0])).toEqual({ a: expect.any(Number), count: 18 })
    })
  })
}
