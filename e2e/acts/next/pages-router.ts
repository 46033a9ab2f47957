import { describe, expect, test } from 'vitest'
import { NextBrowser, shown } from '../../harness/next-browser.ts'
import type { NextCast } from '../../harness/next-cast.ts'

/** What the Pages Router may do. */
export function describePagesRouter(cast: NextCast): void {
  describe('the Pages Router', () => {
    test('reads and changes the session in an API route', async () => {
      const browser = new NextBrowser()
      expect((await browser.fetch(cast.workers[0], '/api/legacy')).cookies).toEqual([])
      const answer = await browser.fetch(cast.workers[0], '/api/legacy?what=increment')
      expect(answer.cookies).toEqual(['shop.sid'])
      expect(JSON.parse(answer.text)).toEqual({ attributes: { count: 1 }, isSame: true })
      expect(await browser.attributes(cast.workers[1])).toEqual({ count: 1 })
      await browser.fetch(cast.workers[1], '/api/legacy?what=logout')
      expect(await browser.cookies(cast.workers[1])).toBe('')
    })

    test('reads and changes the session in getServerSideProps', async () => {
      const browser = new NextBrowser()
      const page = await browser.fetch(cast.workers[0], '/legacy?what=increment')
      expect(page.cookies).toEqual(['shop.sid'])
      expect(shown(page, 'session')).toEqual({ count: 1 })
      const redirect = await browser.fetch(cast.workers[0], '/legacy?what=redirect')
      expect(redirect).toMatchObject({ status: 307, cookies: [] })
      expect(await browser.attributes(cast.workers[1])).toEqual({ count: 31 })
    })
  })
}
