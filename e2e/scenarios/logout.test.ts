import { beforeAll, describe, expect, test } from 'vitest'
import { expectChangeRefused, expectLogoutToStand } from '../acts/logout.ts'
import { MAPS } from '../harness/cluster.ts'
import type { Cluster } from '../harness/cluster.ts'
import { overtaken } from '../harness/overtaken.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { SETUPS } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'
import { storedText } from '../harness/stored-text.ts'
import { User } from '../harness/user.ts'
import type { Worker } from '../harness/worker.ts'

describe.skipIf(!canStartMembers)('a slow request', () => {
  const stage = new Stage()
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await stage.cluster()
  })

  describe.each(SETUPS)('$title', (setup) => {
    let workers: [Worker, Worker]
    beforeAll(async () => {
      workers = await stage.pair(cluster, setup)
    })

    test('that began before a log-out does not undo it, on any worker', async () => {
      const cookies = await expectLogoutToStand(stage, workers)
      if (setup.door === 'middleware') await expectChangeRefused(stage, workers, cookies, 'SESSION_ENDED')
    })

    test('that began before a log-in neither logs the user out nor brings the old session back', async () => {
      const browser = stage.browser()
      await browser.set(workers[0], 'item', 'book')
      const before = await browser.session(workers[0])
      const cookies = await browser.cookies(workers[0])
      const slow = browser.set(workers[0], 'late', true, 2500)
      await overtaken(stage.browser(), cookies, workers)
      const user = await User.logIn(browser, workers[1], 'ben')
      expect(user.id).not.toBe(before.id)
      const late = await slow
      expect([204, 409]).toContain(late.status)
      expect(late.headers['set-cookie']).toBeUndefined()
      for (const worker of workers) {
        const seen = await browser.session(worker)
        expect(seen).toMatchObject({ id: user.id, attributes: { user: 'ben', item: 'book' } })
      }
      expect(JSON.parse(await storedText(cluster, MAPS[setup.map], before.id!))).toHaveProperty('ended')
      if (setup.door === 'middleware') await expectChangeRefused(stage, workers, cookies, 'SESSION_RENAMED')
    })
  })
})
