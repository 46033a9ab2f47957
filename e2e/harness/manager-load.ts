import { setTimeout as pause } from 'node:timers/promises'
import type { SessionManager } from '@hazelcast-session/core'

const PAUSE = 20

/** One session that is counted up and set without end, through each manager in turn, and what was acknowledged of that. */
export class BusySession {
  readonly id: string
  readonly #managers: readonly SessionManager[]
  readonly #counts: number[] = []
  #unknownCounts = 0
  #lastSet = -1
  #sets = 0
  readonly failures: unknown[] = []
  /** The longest that one call took, in ms. */
  slowest = 0
  #loop: Promise<void> | undefined
  #isStopped = false

  private constructor(id: string, managers: readonly SessionManager[]) {
    this.id = id
    this.#managers = managers
  }

  static async begin(managers: readonly SessionManager[]): Promise<BusySession> {
    const session = managers[0]!.create({ data: { count: 0, set: -1 } })
    await session.save()
    return new BusySession(session.id, managers)
  }

  start(): void {
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#loop
  }

  get writes(): number {
    return this.#counts.length + this.#sets
  }

  /** In what a session as it is now contradicts what was acknowledged. */
  async contradictions(): Promise<string[]> {
    const found: string[] = []
    const acknowledged = Math.max(0, ...this.#counts)
    if (new Set(this.#counts).size < this.#counts.length) found.push('a number was answered twice')
    for (const manager of this.#managers) {
      const session = await manager.load(this.id)
      const count = Number(session?.data['count'])
      const isCounted = count >= this.#counts.length && count <= this.#counts.length + this.#unknownCounts
      if (!session) found.push('the session is gone')
      else if (!isCounted || count < acknowledged)
        found.push(`${count} after ${this.#counts.length} acknowledged counts`)
      if (Number(session?.data['set']) < this.#lastSet) found.push('an acknowledged write is lost')
    }
    return found
  }

  async #run(): Promise<void> {
    for (let turn = 0; !this.#isStopped; turn++) {
      const manager = this.#managers[turn % this.#managers.length]!
      const begin = performance.now()
      await (Math.floor(turn / 2) % 2 === 0 ? this.#count(manager) : this.#set(manager, turn))
      this.slowest = Math.max(this.slowest, performance.now() - begin)
      await pause(PAUSE)
    }
  }

  async #count(manager: SessionManager): Promise<void> {
    try {
      const session = await manager.load(this.id)
      this.#unknownCounts += 1
      const value = await session?.update((data) => (data['count'] = Number(data['count']) + 1))
      if (value === undefined) throw new Error('the session is gone')
      this.#unknownCounts -= 1
      this.#counts.push(value)
    } catch (error) {
      this.failures.push(error)
    }
  }

  async #set(manager: SessionManager, turn: number): Promise<void> {
    try {
      const session = await manager.load(this.id)
      if (!session) throw new Error('the session is gone')
      session.data['set'] = turn
      await session.save()
      this.#lastSet = turn
      this.#sets += 1
    } catch (error) {
      this.failures.push(error)
    }
  }
}
