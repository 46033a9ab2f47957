import { pause } from '../../../src/clock.ts'
import { SessionError } from '../../../src/session-error.ts'
import type { Session } from '../../../src/session.ts'
import type { Worker, World } from '../world.ts'
import { everybody } from '../world.ts'
import type { Side, SplitMembers } from './split-members.ts'
import type { SplitRequest, SplitScenario } from './split-scenario.ts'

/** What one request did and was told. */
export interface Asked {
  readonly number: number
  readonly key: string
  readonly worker: string
  /** The half of the members that it met, while there were two. */
  readonly side: Side
  readonly kind: 'load' | 'write' | 'end'
  /** The attribute that a write sets, to itself; or the token that an update appends. */
  readonly token: string
  readonly from: number
  /** Infinite when it was never answered. */
  to: number
  /** `true` for a load: there was a session; for an end: it was this call. `undefined`: nobody knows. */
  answer: boolean | undefined
}

/** What was asked, and when the members lost and found each other. */
export interface SplitLog {
  readonly asked: Asked[]
  splitAt: number
  healedAt: number
  /** Keys of which a write was only half done when that happened. */
  readonly halfDone: Set<string>
  readonly problems: string[]
}

export class Splitting {
  readonly log: SplitLog = { asked: [], splitAt: Infinity, healedAt: Infinity, halfDone: new Set(), problems: [] }
  readonly #scenario: SplitScenario
  readonly #world: World
  readonly #members: SplitMembers

  constructor(scenario: SplitScenario, world: World, members: SplitMembers) {
    this.#scenario = scenario
    this.#world = world
    this.#members = members
  }

  /** Plays the requests, while the members lose and find each other, until all have been answered. */
  async play(): Promise<void> {
    const { clock, keys, workers } = this.#world
    const [first] = workers
    for (const key of keys) await first?.manager.create({ id: key, data: { begun: key } }).save()
    for (const { channel } of everybody(this.#world)) channel.isFaulty = true
    const { requests, splitAt, healAt } = this.#scenario
    const running: Promise<void>[] = []
    for (const [number, request] of requests.entries()) {
      await pause(clock, request.gap)
      if (number === splitAt) this.#split()
      if (number === Math.max(healAt, splitAt + 1)) this.#heal()
      running.push(this.#handle(number, request))
    }
    await Promise.all(running)
    this.#heal()
  }

  async load(number: number, worker: Worker, key: string): Promise<Session | undefined> {
    const asked = this.#begin(number, worker, key, 'load')
    let session: Session | undefined
    await this.#told([asked], async () => {
      session = await worker.manager.load(key)
      return session !== undefined
    })
    return session
  }

  #split(): void {
    this.#members.split()
    this.#noteHalfDone()
    this.log.splitAt = this.#world.clock.now()
  }

  #heal(): void {
    if (!this.#members.isSplit) return
    this.#noteHalfDone()
    this.#members.heal()
    this.log.healedAt = this.#world.clock.now()
  }

  #noteHalfDone(): void {
    for (const key of this.#members.endless()) this.log.halfDone.add(key)
  }

  async #handle(number: number, { worker: index, session: which, pause: wait, deed }: SplitRequest): Promise<void> {
    const { workers, keys, clock } = this.#world
    const worker = workers[index % workers.length]
    const key = keys[which % keys.length]
    if (!worker || key === undefined) return
    const session = await this.load(number, worker, key)
    if (!session) return
    if (wait > 0) await pause(clock, wait)
    const token = `t${number}`
    if (deed === 'end' || deed === 'endById') {
      const end = (): Promise<boolean> => (deed === 'end' ? session.end() : worker.manager.end(key))
      return this.#told([this.#begin(number, worker, key, 'end')], end)
    }
    if (deed === 'set') session.data[token] = token
    const writes = deed === 'read' ? [] : [this.#begin(number, worker, key, 'write', token)]
    await this.#told(writes, () => (deed === 'update' ? session.update((data) => append(data, token)) : session.save()))
  }

  #begin(number: number, { name }: Worker, key: string, kind: Asked['kind'], token: string = ''): Asked {
    const side = this.#scenario.isSmaller[Number(name.slice(1))] === true ? 'smaller' : 'larger'
    const from = this.#world.clock.now()
    const asked: Asked = { number, key, worker: name, side, kind, token, from, to: Infinity, answer: undefined }
    this.log.asked.push(asked)
    return asked
  }

  async #told(asked: readonly Asked[], call: () => Promise<unknown>): Promise<void> {
    let answer: boolean | undefined
    try {
      answer = (await call()) !== false
    } catch (error) {
      if (!(error instanceof SessionError)) this.log.problems.push(`a call failed with ${String(error)}`)
      const isDropped = error instanceof SessionError && error.code === 'SESSION_ENDED'
      answer = isDropped ? false : undefined
    }
    for (const one of asked) Object.assign(one, { answer, to: this.#world.clock.now() })
  }
}

/** Where updates go that are not to be merged. */
export const LIST = 'list'

function append(data: Record<string, unknown>, token: string): void {
  const list = data[LIST]
  data[LIST] = [...(Array.isArray(list) ? list : []), token]
}
