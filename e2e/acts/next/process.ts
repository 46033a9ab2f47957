import { describe, expect, test } from 'vitest'
import { shown } from '../../harness/next-browser.ts'
import { probe } from '../../harness/next-cast.ts'
import type { NextCast } from '../../harness/next-cast.ts'

/** What a process of it is like. */
export function describeProcess(cast: NextCast): void {
  describe('a process', () => {
    test('has one client, however many copies of its modules there are', async () => {
      const browser = await cast.begun('a')
      for (const path of ['/', '/after', '/legacy', '/api/legacy']) await browser.fetch(cast.workers[0], path)
      const { connections, moduleCopies } = await probe(cast.workers[0])
      expect(moduleCopies).toBeGreaterThan(2)
      expect(connections).toBe(1)
    })

    test('was built without a secret and without a cluster, and says where there is no session', async () => {
      const browser = await cast.begun('a')
      for (const path of ['/static', '/params/OUTSIDE_REQUEST', '/cached']) {
        const page = await browser.fetch(cast.workers[0], path)
        expect([path, page.status, shown(page, 'code')]).toEqual([path, 200, 'OUTSIDE_REQUEST'])
      }
    })
  })
}
