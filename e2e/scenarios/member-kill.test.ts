import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { longest, statusCounts } from '../harness/answer.ts'
import { BUDGET, LONGEST_WRITE } from '../harness/budget.ts'
import type { Cluster } from '../harness/cluster.ts'
import { Load, isServed, longestGap } from '../harness/load.ts'
import { measured } from '../harness/measured.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { SETUPS, STICKY_ON_STOCK } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'
import { waitFor } from '../harness/wait-for.ts'

const PLAYED = [...SETUPS, STICKY_ON_STOCK]
const USERS = 12
/** Ms of load before the kill, and after everybody is served again. */
const CALM = 1500
/** Ms after the kill until when the last 503 may come: the others take over what it had, also on a slow machine. */
const LONGEST_TROUBLE = 15_000

describe.skipIf(!canStartMembers)('kill -9 of a member under load', () => {
  const stage = new Stage()
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await stage.cluster()
  })

  test.each(PLAYED)('loses no acknowledged write and counts no increment twice: $title', async (setup) => {
    const workers = await stage.pair(cluster, { ...setup, operationTimeout: BUDGET })
    const victim = cluster.members[PLAYED.indexOf(setup) % 2]!
    const users = await Promise.all(
      Array.from({ length: USERS }, (_, index) => User.logIn(stage.browser(), workers[index % 2]!, `user${index}`)),
    )
    const load = new Load(users, workers).start()
    await pause(CALM)
    const killed = performance.now()
    await victim.kill()
    await waitFor('everybody is served again', () => load.hasServedAll(killed + CALM))
    await load.stop()

    const writes = load.events.filter(({ kind }) => kind === 'write')
    const acknowledged = writes.filter(isServed)
    const refused = load.events.filter(({ answer }) => answer.status === 503)
    const answers = load.events.map(({ answer }) => answer)
    measured(
      `${JSON.stringify(statusCounts(answers))}, longest answer ${longest(answers)} ms, longest time without an ` +
        `acknowledged write ${longestGap(acknowledged)} ms, last 503 ${Math.round(Math.max(0, ...refused.map(({ end }) => end - killed)))} ms after the kill`,
    )
    for (const user of users) {
      for (const worker of workers) expect(await user.contradictions(worker)).toEqual([])
    }
    expect(new Set(Object.keys(statusCounts(answers)))).toEqual(
      new Set(['200', '204', ...(refused.length > 0 ? ['503'] : [])]),
    )
    expect(refused.filter(({ end }) => end > killed + LONGEST_TROUBLE)).toEqual([])
    expect(longest(answers)).toBeLessThanOrEqual(LONGEST_WRITE[setup.door])

    await victim.start()
    await cluster.whole()
  })
})
