import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { BusySession } from '../harness/manager-load.ts'
import { IMPATIENT } from '../harness/impatient-members.ts'
import { ManagerStage } from '../harness/manager-stage.ts'
import { measured } from '../harness/measured.ts'
import type { MemberGroup } from '../harness/member-group.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { waitFor } from '../harness/wait-for.ts'

/** Managers with a connection of their own: some of them share a thread of the member with its search. */
const MANAGERS = 12
/** At the same time on one connection, since a single answer is written by whoever has it. */
const SESSIONS_EACH = 3
/** Ms of the search, and for which a call may wait until it counts as failed: one that hangs is waited for. */
const SEARCH = 12_000
const CALL = 10_000

describe.skipIf(!canStartMembers)('a member that looks for a frozen one', () => {
  const stage = new ManagerStage()
  let members: MemberGroup
  let sessions: readonly BusySession[]

  beforeAll(async () => {
    members = await stage.members({
      size: 2,
      maps: { session_replication: {} },
      properties: IMPATIENT,
    })
    sessions = (await Promise.all(Array.from({ length: MANAGERS }, begin))).flat()
  })

  /** Over a client as it comes, which does not mind for a minute that nobody answers. */
  async function begin(): Promise<BusySession[]> {
    const client = await stage.client(members, 0)
    const manager = await stage.manager(members, {
      client,
      operationTimeout: CALL,
    })
    return Promise.all(Array.from({ length: SESSIONS_EACH }, () => BusySession.begin([manager])))
  }

  test('answers everybody meanwhile', async () => {
    const observer = await stage.client(members, 0)
    members.freeze(1)
    await waitFor('it is expelled', () => observer.getCluster().getMembers().length === 1)
    for (const session of sessions) session.start()
    await pause(SEARCH)
    await Promise.all(sessions.map((session) => session.stop()))

    const slowest = Math.max(...sessions.map((session) => session.slowest))
    measured(
      `${sessions.reduce((sum, { writes }) => sum + writes, 0)} writes, the slowest in ${Math.round(slowest)} ms`,
    )
    expect(sessions.flatMap(({ failures }) => failures)).toEqual([])
    for (const session of sessions) expect(await session.contradictions()).toEqual([])
  })
})
