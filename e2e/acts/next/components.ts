import { describe, expect, test } from 'vitest'
import { callsOf } from '../../harness/calls-of.ts'
import { NextBrowser, shown } from '../../harness/next-browser.ts'
import { probe } from '../../harness/next-cast.ts'
import type { NextCast } from '../../harness/next-cast.ts'
import { waitFor } from '../../harness/wait-for.ts'

/** What Server Components may do. */
export function describeComponents(cast: NextCast): void {
  describe('a component', () => {
    test('sets no cookie and asks nobody for who has no session', async () => {
      const { calls, result } = await callsOf(cast.cluster, () => new NextBrowser().fetch(cast.workers[0], '/'))
      expect(result).toMatchObject({ status: 200, cookies: [] })
      expect(calls).toEqual({})
    })

    test('loads the session once, for layout, metadata and page', async () => {
      const browser = await cast.begun('a')
      // From here on it is that worker's, which has not written it and so has no copy to serve.
      await browser.fetch(cast.workers[1], '/')
      const { calls, result } = await callsOf(cast.cluster, () => browser.fetch(cast.workers[1], '/'))
      expect(calls).toEqual({ get: 1 })
      expect(shown(result, 'session')).toEqual({ a: expect.any(Number) })
      expect(result.cookies).toEqual([])
    })

    test('cannot change the session, and says where that is done', async () => {
      const browser = await cast.begun('a')
      const codes = Object.values(shown(await browser.fetch(cast.workers[0], '/write'), 'codes') as object)
      expect(codes.length).toBeGreaterThan(7)
      expect(new Set(codes)).toEqual(new Set(['SESSION_READONLY']))
      expect(await browser.attributes(cast.workers[0])).toEqual({ a: expect.any(Number) })
    })

    test('can read in after() what it asked for before, and not ask there', async () => {
      const browser = await cast.begun('a')
      await browser.fetch(cast.workers[0], '/later')
      const said = await waitFor('after() has run', async () => (await probe(cast.workers[0])).saidAfter)
      expect(said).toEqual({ asked: 'OUTSIDE_REQUEST', saved: 'SESSION_READONLY', read: null })
    })
  })
}
