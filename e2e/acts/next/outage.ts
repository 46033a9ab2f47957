import { describe, expect, test } from 'vitest'
import type { NextCast } from '../../harness/next-cast.ts'
import { waitFor } from '../../harness/wait-for.ts'

/** What is answered without the cluster. Leaves it mended. */
export function describeOutage(cast: NextCast): void {
  describe('without the cluster', () => {
    test('answers 503 where the session is asked for, and serves the rest', async () => {
      const browser = await cast.begun('a')
      cast.cluster.proxies[0]!.cutClients()
      try {
        const refused = await waitFor('the session is refused', async () => {
          const answer = await browser.run(cast.workers[0], 'set')
          return answer.status === 503 && answer
        })
        expect(refused.headers.get('retry-after')).toBe('1')
        expect(refused.cookies).toEqual([])
        expect((await browser.fetch(cast.workers[0], '/api/legacy?what=increment')).status).toBe(503)
        expect((await browser.fetch(cast.workers[0], '/legacy?what=increment')).status).toBe(503)
        expect((await browser.fetch(cast.workers[0], '/plain')).status).toBe(200)
        expect((await browser.fetch(cast.workers[1], '/plain')).status).toBe(200)
        expect((await browser.fetch(cast.workers[0], '/plain?proxy=write')).status).toBe(503)
      } finally {
        cast.cluster.proxies[0]!.mend()
      }
      await waitFor('sessions are served again', async () => (await browser.run(cast.workers[0], 'set')).status === 200)
      expect(await browser.attributes(cast.workers[0])).toMatchObject({ a: expect.any(Number) })
    })
  })
}
