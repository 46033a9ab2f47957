import { describe, expect, test } from 'vitest'
import type { NextBrowser } from '../../harness/next-browser.ts'
import type { NextCast } from '../../harness/next-cast.ts'
import { waitFor } from '../../harness/wait-for.ts'

/** What is answered without the cluster. Leaves it mended. */
export function describeOutage(cast: NextCast): void {
  /** Next.js gives these a status of its own, and lets nobody choose another. */
  async function expectCodeShown(browser: NextBrowser): Promise<void> {
    const [worker] = cast.workers
    for (const answer of [await browser.act(worker, 'increment'), await browser.fetch(worker, '/')]) {
      expect(answer).toMatchObject({ status: 500, cookies: [] })
      expect(answer.text).toContain('STORE_UNAVAILABLE')
    }
    const caught = await browser.act(worker, 'patient')
    expect(caught.cookies).toEqual([])
    expect(caught.headers.get('x-action-redirect')).toContain('became=STORE_UNAVAILABLE')
  }

  describe('without the cluster', () => {
    test('answers 503 where the session is asked for, and serves the rest', async () => {
      const browser = await cast.begun('a')
      cast.cluster.proxies[0]!.cutClients()
      try {
        const refused = await waitFor('the session is refused', async () => {
          const answer = await browser.run(cast.workers[0], 'set')
          return answer.status === 503 && answer
        })
        for (const answer of [
          refused,
          await browser.run(cast.workers[0], 'in-passing'),
          await browser.fetch(cast.workers[0], '/api/legacy?what=increment'),
          await browser.fetch(cast.workers[0], '/legacy?what=increment'),
          await browser.fetch(cast.workers[0], '/plain?proxy=write'),
        ]) {
          expect(answer).toMatchObject({ status: 503, cookies: [] })
          expect(answer.headers.get('retry-after')).toBe('1')
        }
        expect((await browser.fetch(cast.workers[0], '/plain')).status).toBe(200)
        expect((await browser.fetch(cast.workers[1], '/plain')).status).toBe(200)
        await expectCodeShown(browser)
      } finally {
        cast.cluster.proxies[0]!.mend()
      }
      await waitFor('sessions are served again', async () => (await browser.run(cast.workers[0], 'set')).status === 200)
      expect(await browser.attributes(cast.workers[0])).toMatchObject({ a: expect.any(Number) })
    })
  })
}
