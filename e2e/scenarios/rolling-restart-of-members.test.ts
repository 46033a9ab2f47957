import { setTimeout as pause } from 'node:timers/promises'
import { SessionError } from '@hazelcast-session/core'
import type { SessionManager } from '@hazelcast-session/core'
import { beforeAll, describe, expect, test } from 'vitest'
import { BusySession } from '../harness/manager-load.ts'
import { ManagerStage } from '../harness/manager-stage.ts'
import { measured } from '../harness/measured.ts'
import type { MemberGroup } from '../harness/member-group.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { waitFor } from '../harness/wait-for.ts'

const MAPS = { session_replication: {}, stock: { stock: true } } as const
const BUSY = 8
/** Sessions that nobody uses, which end while members are restarted. */
const IDLE = 40
const IDLE_INTERVAL = 3
/** Ms between two log-outs, and after the second member is back. */
const LOG_OUT_EVERY = 100
const CALM = 1000
/** Promise 10: a load and a save have 2 s each; the last second is the machine's. */
const LONGEST = 5000

/** What log-outs at two workers at once answered: whether each had ended it, or that it could not be said. */
interface LogOut {
  readonly id: string
  readonly answers: readonly (boolean | undefined)[]
}

describe.skipIf(!canStartMembers)('while members are restarted in order, one after the other, under load', () => {
  const stage = new ManagerStage()
  let members: MemberGroup
  beforeAll(async () => {
    members = await stage.members({ size: 2, maps: MAPS })
  })

  test('nothing that was acknowledged is lost, and every end is told of once, on either map', async () => {
    const stories = await Promise.all(
      Object.keys(MAPS).map(async (mapName) => {
        const options = { mapName, touchAfter: 0, cleanUpPeriod: 2 }
        const managers = await Promise.all([stage.manager(members, options), stage.manager(members, options)])
        return Story.begin(managers)
      }),
    )
    await members.restart(0)
    await members.restart(1)
    await pause(CALM)
    for (const story of stories) await story.expectToHold()
  })
})

/** What is done to one map, and what was heard of it. */
class Story {
  readonly #managers: readonly SessionManager[]
  readonly #busy: readonly BusySession[]
  readonly #idle: readonly string[]
  readonly #told: string[] = []
  readonly #logOuts: LogOut[] = []
  readonly #failures: unknown[] = []
  #loop: Promise<void> | undefined
  #isStopped = false

  private constructor(managers: readonly SessionManager[], busy: readonly BusySession[], idle: readonly string[]) {
    this.#managers = managers
    this.#busy = busy
    this.#idle = idle
    for (const manager of managers) manager.on('destroyed', ({ session }) => this.#told.push(session.id))
  }

  static async begin(managers: readonly SessionManager[]): Promise<Story> {
    const busy = await Promise.all(Array.from({ length: BUSY }, () => BusySession.begin(managers)))
    const idle = await Promise.all(
      Array.from({ length: IDLE }, async (_, number) => {
        const session = managers[number % 2]!.create({ data: { number } })
        session.maxInactiveInterval = IDLE_INTERVAL
        await session.save()
        return session.id
      }),
    )
    const story = new Story(managers, busy, idle)
    for (const session of busy) session.start()
    story.#loop = story.#logOutAgainAndAgain()
    return story
  }

  async expectToHold(): Promise<void> {
    this.#isStopped = true
    await Promise.all([this.#loop, ...this.#busy.map((session) => session.stop())])
    const failures = [...this.#failures, ...this.#busy.flatMap((session) => session.failures)]
    const slowest = Math.max(...this.#busy.map((session) => session.slowest))
    const writes = this.#busy.reduce((sum, session) => sum + session.writes, 0)
    measured(
      `${writes} acknowledged writes, ${this.#logOuts.length} log-outs, ${failures.length} calls failed, the slowest ` +
        `turn took ${Math.round(slowest)} ms`,
    )
    for (const session of this.#busy) expect(await session.contradictions()).toEqual([])
    // A call may fail, but only so that its caller knows that it is not confirmed.
    expect(failures.filter((error) => !(error instanceof SessionError && error.status === 503))).toEqual([])
    expect(slowest).toBeLessThanOrEqual(LONGEST)
    await this.#expectEndsToldOnce()
  }

  async #expectEndsToldOnce(): Promise<void> {
    const sure = this.#logOuts
      .filter(({ answers }) => answers.some((answer) => answer !== undefined))
      .map(({ id }) => id)
    const due = [...sure, ...this.#idle]
    await waitFor('every end was told of', () => due.every((id) => this.#told.includes(id)))
    expect(this.#logOuts.filter(({ answers }) => answers.filter(Boolean).length > 1)).toEqual([])
    expect(this.#told.filter((id, index) => this.#told.indexOf(id) !== index)).toEqual([])
    for (const manager of this.#managers) {
      for (const id of due) expect(await manager.load(id)).toBeUndefined()
    }
  }

  async #logOutAgainAndAgain(): Promise<void> {
    while (!this.#isStopped) {
      await this.#logOut().catch((error: unknown) => this.#failures.push(error))
      await pause(LOG_OUT_EVERY)
    }
  }

  /** A session begins, and ends at both workers at once. */
  async #logOut(): Promise<void> {
    const session = this.#managers[0]!.create({ data: { user: 'ann' } })
    await session.save()
    const ends = [session.end(), this.#managers[1]!.end(session.id)].map((end) =>
      end.catch((error: unknown) => {
        this.#failures.push(error)
        return undefined
      }),
    )
    this.#logOuts.push({ id: session.id, answers: await Promise.all(ends) })
  }
}
