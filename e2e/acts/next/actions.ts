import { describe, expect, test } from 'vitest'
import { NextBrowser, shown } from '../../harness/next-browser.ts'
import type { PageAnswer } from '../../harness/next-browser.ts'
import type { NextCast } from '../../harness/next-cast.ts'

/** What Server Actions may do. */
export function describeActions(cast: NextCast): void {
  describe('a Server Action', () => {
    /** Whether the answer holds the page anew. */
    const isRendered = ({ text }: PageAnswer): boolean => text.includes('"id":"session"')

    test('saves, and lets the page be rendered anew with what it changed', async () => {
      const browser = await cast.begun('a')
      for (const count of [1, 2]) {
        const answer = await browser.act(cast.workers[0], 'increment')
        expect(answer).toMatchObject({ status: 200, cookies: ['shop.sid'] })
        expect(isRendered(answer)).toBe(true)
        expect(answer.text).toContain(`\\"count\\":${count}`)
      }
      expect(await browser.attributes(cast.workers[1])).toMatchObject({ count: 2 })
    })

    test('begins a session', async () => {
      const browser = new NextBrowser()
      expect(await browser.act(cast.workers[0], 'increment')).toMatchObject({ cookies: ['shop.sid'] })
      expect(await browser.attributes(cast.workers[1])).toEqual({ count: 1 })
    })

    test('sets no cookie and renders nothing when it changed nothing', async () => {
      const browser = await cast.begun('a')
      const answer = await browser.act(cast.workers[0], 'nothing')
      expect(answer).toMatchObject({ status: 200, cookies: [] })
      expect(isRendered(answer)).toBe(false)
    })

    test('saves before it redirects, and what is rendered there knows of it', async () => {
      const browser = await cast.begun('a')
      const answer = await browser.act(cast.workers[0], 'login')
      expect(answer.cookies).toEqual(['shop.sid'])
      expect(answer.headers.get('x-action-redirect')).toContain('/after')
      expect(answer.text).toContain('\\"user\\":\\"ann\\"')
      expect(await browser.attributes(cast.workers[1])).toEqual({ a: expect.any(Number), user: 'ann' })
    })

    test('saves before notFound(), and not when it fails', async () => {
      const browser = await cast.begun('a')
      expect((await browser.act(cast.workers[0], 'missing')).status).toBe(404)
      expect(await browser.attributes(cast.workers[0])).toMatchObject({ count: 50 })
      expect((await browser.act(cast.workers[0], 'failing')).status).toBe(500)
      expect(await browser.attributes(cast.workers[0])).toMatchObject({ count: 50 })
    })

    test('may ask for the session in passing, and save', async () => {
      const browser = await cast.begun('a')
      const answer = await browser.act(cast.workers[0], 'inPassing')
      expect(isRendered(answer)).toBe(true)
      expect(await browser.attributes(cast.workers[1])).toMatchObject({ count: 7 })
    })

    test('works without scripts', async () => {
      const browser = new NextBrowser()
      const page = await browser.submit(cast.workers[0], 'increment')
      expect(page.cookies).toEqual(['shop.sid'])
      expect(shown(page, 'session')).toEqual({ count: 1 })
      const redirect = await browser.submit(cast.workers[0], 'login')
      expect(redirect).toMatchObject({ status: 303, cookies: ['shop.sid'] })
      expect(shown(await browser.fetch(cast.workers[1], '/after'), 'session')).toEqual({ count: 1, user: 'ann' })
    })

    test('logs out', async () => {
      const browser = await cast.begun('a')
      expect(isRendered(await browser.act(cast.workers[0], 'logout'))).toBe(true)
      expect(await browser.cookies(cast.workers[0])).toBe('')
    })
  })
}
