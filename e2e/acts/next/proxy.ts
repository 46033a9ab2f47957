import { describe, expect, test } from 'vitest'
import { callsOf } from '../../harness/calls-of.ts'
import { NextBrowser, shown } from '../../harness/next-browser.ts'
import type { NextCast } from '../../harness/next-cast.ts'

const UNCACHED = 'private, no-cache, no-store, max-age=0, must-revalidate'

/** What the proxy does. */
export function describeProxy(cast: NextCast): void {
  describe('the proxy', () => {
    /** Where the cookie says that the next request shall go. */
    async function bound(browser: NextBrowser): Promise<string | undefined> {
      return decodeURIComponent(await browser.cookies(cast.workers[0]))
        .split('.')
        .at(-2)
    }

    test('re-issues the cookie of a session that another worker had, the same for all', async () => {
      const browser = await cast.begun('a')
      expect(await bound(browser)).toBe('w1')
      const before = await browser.cookies(cast.workers[0])
      const again = new NextBrowser()
      await again.adopt(cast.workers[0], before)
      const answer = await browser.fetch(cast.workers[1], '/after')
      expect(answer.cookies).toEqual(['shop.sid'])
      expect(answer.headers.get('cache-control')).toContain('no-store')
      expect(shown(answer, 'session')).toEqual({ a: expect.any(Number) })
      expect(await bound(browser)).toBe('w2')
      expect((await browser.fetch(cast.workers[1], '/after')).cookies).toEqual([])
      await again.fetch(cast.workers[1], '/plain')
      expect(await again.cookies(cast.workers[1])).toBe(await browser.cookies(cast.workers[1]))
    })

    test('keeps the cookie out of shared caches, on a static page too', async () => {
      const browser = await cast.begun('a')
      const answer = await browser.fetch(cast.workers[1], '/static')
      expect(answer.cookies).toEqual(['shop.sid'])
      expect(answer.headers.get('cache-control')).toBe(UNCACHED)
      expect((await browser.fetch(cast.workers[1], '/static')).headers.get('cache-control')).toContain('s-maxage')
    })

    test('leaves it to a Route Handler that changes something', async () => {
      const browser = await cast.begun('a')
      expect((await browser.run(cast.workers[1], 'untouched')).cookies).toEqual(['shop.sid'])
      expect(await bound(browser)).toBe('w2')
    })

    test('tells no action and no prefetch of another worker', async () => {
      const browser = await cast.begun('a')
      const action = await browser.act(cast.workers[1], 'nothing')
      expect(action.cookies).toEqual([])
      const prefetch = await browser.fetch(cast.workers[1], '/after', { headers: { purpose: 'prefetch' } })
      expect(prefetch.cookies).toEqual([])
      expect(await bound(browser)).toBe('w1')
    })

    test('sets no cookie for an id that is none, and asks nobody', async () => {
      const browser = new NextBrowser()
      await browser.adopt(cast.workers[0], 'shop.sid=s%3AHZ00000000000000000000000000000000.w9.forged')
      const { calls, result } = await callsOf(cast.cluster, () => browser.fetch(cast.workers[0], '/'))
      expect([calls, result.cookies]).toEqual([{}, []])
    })

    test('shows pages what it changes, in the same request', async () => {
      const browser = new NextBrowser()
      const page = await browser.fetch(cast.workers[0], '/proxied?proxy=write')
      expect(page.cookies).toEqual(['shop.sid'])
      expect(shown(page, 'session')).toEqual({ greeted: true })
      const api = await new NextBrowser().fetch(cast.workers[0], '/api/legacy?proxy=write')
      expect(JSON.parse(api.text)).toMatchObject({ attributes: { greeted: true } })
    })

    test('adds to what the application answers', async () => {
      const answer = await new NextBrowser().fetch(cast.workers[0], '/plain?proxy=next')
      expect(answer.cookies.toSorted()).toEqual(['own', 'shop.sid'])
      expect(JSON.parse(answer.text)).toMatchObject({ own: 'kept', cookie: expect.stringContaining('shop.sid=s%3AHZ') })
      const redirect = await new NextBrowser().fetch(cast.workers[0], '/plain?proxy=redirect')
      expect([redirect.status, redirect.cookies]).toEqual([307, []])
      expect(JSON.parse((await new NextBrowser().fetch(cast.workers[0], '/plain?proxy=json')).text)).toEqual({
        from: 'proxy',
      })
    })
  })
}
