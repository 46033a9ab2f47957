import { beforeAll, describe, expect, test } from 'vitest'
import { statusCounts, valueOf } from '../harness/answer.ts'
import { MAP_KINDS } from '../harness/cluster.ts'
import type { Cluster } from '../harness/cluster.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { Stage } from '../harness/stage.ts'
import type { Worker } from '../harness/worker.ts'

const WRITES = 40
const INCREMENTS = 60

describe.skipIf(!canStartMembers)('parallel requests of one session', () => {
  const stage = new Stage()
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await stage.cluster()
  })

  describe.each(MAP_KINDS)('on a %s map', (map) => {
    let workers: [Worker, Worker]
    const at = (index: number): Worker => workers[index % 2]!
    beforeAll(async () => {
      workers = await stage.pair(cluster, { map })
    })

    test('keep each other’s attributes, whichever worker they reach', async () => {
      const browser = stage.browser()
      await browser.login(at(0), 'ann')
      const names = Array.from({ length: WRITES }, (_, index) => `name${index}`)
      const answers = await Promise.all(names.map((name, index) => browser.set(at(index), name, { index })))
      expect(statusCounts(answers)).toEqual({ 204: WRITES })
      const expected = Object.fromEntries(names.map((name, index) => [name, { index }]))
      for (const worker of workers) {
        const { attributes } = await browser.session(worker)
        expect(attributes).toEqual({ user: 'ann', ...expected })
      }
    })

    test('count every increment once and answer no number twice', async () => {
      const browser = stage.browser()
      await browser.login(at(0), 'ben')
      const turns = Array.from({ length: INCREMENTS }, (_, index) => index)
      const answers = await Promise.all(turns.map((index) => browser.increment(at(index), 'count')))
      expect(statusCounts(answers)).toEqual({ 200: INCREMENTS })
      expect(new Set(answers.map(valueOf))).toEqual(new Set(turns.map((index) => index + 1)))
      for (const worker of workers) {
        const { attributes } = await browser.session(worker)
        expect(attributes['count']).toBe(INCREMENTS)
      }
    })

    test('see the data of a redirect at the other worker', async () => {
      const browser = stage.browser()
      for (let turn = 0; turn < 20; turn++) {
        const answer = await browser.fetch(at(turn), 'POST', '/api/redirect/step', turn)
        expect(answer.status).toBe(303)
        const seen = await browser.follow(answer, at(turn + 1))
        expect(JSON.parse(seen.text)).toMatchObject({ attributes: { step: turn } })
      }
    })
  })
})
