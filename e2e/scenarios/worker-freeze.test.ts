import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Cluster } from '../harness/cluster.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { NOT_STICKY, STICKY } from '../harness/setups.ts'
import { Stage } from '../harness/stage.ts'
import { User } from '../harness/user.ts'

/** Ms after which a client takes a silent member for dead, and one of its heartbeats. */
const LONGER_THAN_HEARTBEATS = 7000
const USERS = 20

describe.skipIf(!canStartMembers)('a worker that was frozen', () => {
  const stage = new Stage()
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await stage.cluster()
  })

  test.each([STICKY, NOT_STICKY])('serves all who waited, and has lost nothing: $title', async (setup) => {
    const [frozen, other] = await stage.pair(cluster, setup)
    const users = await Promise.all(
      Array.from({ length: USERS }, (_, index) => User.logIn(stage.browser(), frozen, `user${index}`)),
    )
    process.kill(frozen.pid, 'SIGSTOP')
    const waiting = users.flatMap(({ browser, ledger }) => [
      browser.get(frozen, '/api/session'),
      ledger.set(frozen, 'colour', 'blue'),
      ledger.increment(frozen, 'visits'),
    ])
    await pause(LONGER_THAN_HEARTBEATS)
    process.kill(frozen.pid, 'SIGCONT')
    const answers = await Promise.all(waiting)
    expect(answers.filter(({ status }) => status !== 200 && status !== 204)).toEqual([])
    const seen = await Promise.all(users.map((user) => user.contradictions(other)))
    expect(seen.flat()).toEqual([])
    expect(frozen.output).not.toContain('not available')
  })
})
