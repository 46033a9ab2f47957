import { setTimeout as pause } from 'node:timers/promises'
import { SessionError } from '@hazelcast-session/core'
import type { SessionManager } from '@hazelcast-session/core'
import { LONGEST_WRITE } from '../harness/budget.ts'
import { BusySession } from '../harness/manager-load.ts'
import { measured } from '../harness/measured.ts'
import { waitFor } from '../harness/wait-for.ts'

const BUSY = 8
/** Sessions that nobody uses, which expire meanwhile, and their interval in s. */
const IDLE = 40
const IDLE_INTERVAL = 3
/** Ms between two log-outs. */
const LOG_OUT_EVERY = 100

/** What log-outs at two workers at once answered: whether each had ended it, or that it could not be said. */
interface LogOut {
  readonly id: string
  readonly answers: readonly (boolean | undefined)[]
}

/**
 * Sessions of one map that are written, logged out and left alone all the time, at two workers, and what was heard of it. The
 * managers have the usual budget.
 */
export class LifeGoesOn {
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

  static async begin(managers: readonly [SessionManager, SessionManager]): Promise<LifeGoesOn> {
    const busy = await Promise.all(Array.from({ length: BUSY }, () => BusySession.begin(managers)))
    const idle = await Promise.all(
      Array.from({ length: IDLE }, async (_, number) => {
        const session = managers[number % 2 === 0 ? 0 : 1].create({ data: { number } })
        session.maxInactiveInterval = IDLE_INTERVAL
        await session.save()
        return session.id
      }),
    )
    const life = new LifeGoesOn(managers, busy, idle)
    for (const session of busy) session.start()
    life.#loop = life.#logOutAgainAndAgain(managers)
    return life
  }

  /** Stops it all. What was wrong with it. */
  async end(): Promise<string[]> {
    this.#isStopped = true
    await Promise.all([this.#loop, ...this.#busy.map((session) => session.stop())])
    const failures = [...this.#failures, ...this.#busy.flatMap((session) => session.failures)]
    const slowest = Math.round(Math.max(...this.#busy.map((session) => session.slowest)))
    const writes = this.#busy.reduce((sum, session) => sum + session.writes, 0)
    measured(
      `${writes} acknowledged writes, ${this.#logOuts.length} log-outs, ${failures.length} calls failed, the slowest ` +
        `turn took ${slowest} ms`,
    )
    const contradictions = await Promise.all(this.#busy.map((session) => session.contradictions()))
    return [
      ...contradictions.flat(),
      // A call may fail, but only so that its caller knows that it is not confirmed.
      ...failures.filter((error) => !(error instanceof SessionError && error.status === 503)).map(String),
      ...(slowest > LONGEST_WRITE.middleware ? [`a turn took ${slowest} ms`] : []),
      ...(await this.#wrongEnds()),
    ]
  }

  async #wrongEnds(): Promise<string[]> {
    const sure = this.#logOuts.filter(({ answers }) => answers.some((answer) => answer !== undefined))
    const due = [...sure.map(({ id }) => id), ...this.#idle]
    await waitFor('every end was told of', () => due.every((id) => this.#told.includes(id)))
    const seen = await Promise.all(due.flatMap((id) => this.#managers.map((manager) => manager.load(id))))
    return [
      ...this.#logOuts.filter(({ answers }) => answers.filter(Boolean).length > 1).map(() => 'ended by both workers'),
      ...this.#told.filter((id, index) => this.#told.indexOf(id) !== index).map(() => 'an end was told of twice'),
      ...seen.filter(Boolean).map(() => 'a session that ended is served'),
    ]
  }

  async #logOutAgainAndAgain(managers: readonly [SessionManager, SessionManager]): Promise<void> {
    while (!this.#isStopped) {
      await this.#logOut(managers).catch((error: unknown) => this.#failures.push(error))
      await pause(LOG_OUT_EVERY)
    }
  }

  /** A session begins, and ends at both workers at once. */
  async #logOut([first, second]: readonly [SessionManager, SessionManager]): Promise<void> {
    const session = first.create({ data: { user: 'ann' } })
    await session.save()
    const ends = [session.end(), second.end(session.id)].map((end) =>
      end.catch((error: unknown) => {
        this.#failures.push(error)
        return undefined
      }),
    )
    this.#logOuts.push({ id: session.id, answers: await Promise.all(ends) })
  }
}
