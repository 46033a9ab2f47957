import type { Clock } from '../../src/clock.ts'
import { pause } from '../../src/clock.ts'
import { StoreUnavailableError } from '../../src/records/store-unavailable.ts'

/**
 * What becomes of one call to the store.
 * - `slow`: applied and answered, both late
 * - `unsent`: rejected before anything was sent, and the store says so
 * - `refused`: rejected, not applied; nobody says so
 * - `dead`: not applied, and no answer ever
 * - `lost`: applied; the answer is a rejection
 * - `mute`: applied; no answer ever
 * - `late`: rejected at once, applied after `delay`
 * - `lateMute`: applied after `delay`; no answer ever
 */
export type FaultKind = 'slow' | 'unsent' | 'refused' | 'dead' | 'lost' | 'mute' | 'late' | 'lateMute'

export interface Fault {
  readonly kind: FaultKind
  /** Ms, where the kind has use for them. */
  readonly delay: number
}

/** One call that was not served as it should be. */
export interface FaultedCall extends Fault {
  readonly key: string
  readonly verb: string
  readonly at: number
}

/**
 * What a call is counted among: those for sessions, the writes of these, the claims of expired sessions, or what a sweep
 * needs besides: its lease, and the question for what expired.
 */
export type Among = 'calls' | 'writes' | 'claims' | 'sweeps'

interface NumberedCall {
  readonly verb: string
  readonly key: string
  /** From 0, in everything that it is counted among. */
  readonly numbers: Partial<Readonly<Record<Among, number>>>
}

export interface ChannelOptions {
  readonly clock: Clock
  /** Ms that a message takes, one way. */
  readonly latency: () => number
  /** The fault that hits a call of this worker. */
  readonly faultOf: (call: NumberedCall) => Fault | undefined
  /** Whether the worker dies with a call, before it is sent or once it is applied. @default never */
  readonly deathOf?: (call: NumberedCall) => 'before' | 'after' | undefined
}

/** The way from one worker to the store, on which calls get lost, late or slow. */
export class FaultyChannel {
  readonly faulted: FaultedCall[] = []
  /** While false, every call is served at once. */
  isFaulty = false
  /** Keys that this worker is about to lose sight of. */
  readonly #cuts = new Map<string, Cut>()
  /** Epoch ms at which the worker died; `undefined` while it lives. */
  diedAt: number | undefined
  /** `silent`: the store does not hear this worker, which does not know it yet. `offline`: it knows, and sends nothing. */
  #way: 'open' | 'silent' | 'offline' = 'open'
  /** How often the way was cut so far: what was under way then is lost. */
  #cutCount = 0
  readonly #options: ChannelOptions
  readonly #counts: Record<Among, number> = { calls: 0, writes: 0, claims: 0, sweeps: 0 }
  readonly #death: { readonly died: Promise<void>; readonly die: () => void }

  constructor(options: ChannelOptions) {
    this.#options = options
    let die = (): void => {}
    const died = new Promise<void>((resolve) => {
      die = resolve
    })
    this.#death = { died, die }
  }

  /** Resolves when the worker dies. */
  get died(): Promise<void> {
    return this.#death.died
  }

  /**
   * The next write of `key` is applied `delay` ms late, and neither of that nor of the key is anything heard for a while:
   * what a worker goes through when the member that has the key hangs.
   */
  cutOff(key: string, delay: number): void {
    this.#cuts.set(key, { delay, until: Infinity })
  }

  /** The store is away from here, which the worker learns by `notice`. */
  cut(): void {
    this.#way = 'silent'
    this.#cutCount += 1
  }

  notice(): void {
    this.#way = 'offline'
  }

  mend(): void {
    this.#way = 'open'
  }

  /** Whether messages get through. */
  get isOpen(): boolean {
    return this.#way === 'open'
  }

  #cutOf({ key, numbers }: NumberedCall): Fault | undefined {
    const cut = this.#cuts.get(key)
    const now = this.#options.clock.now()
    if (!cut || now >= cut.until) return undefined
    if (cut.until < Infinity) return { kind: 'dead', delay: 0 }
    if (numbers.writes === undefined) return undefined
    this.#cuts.set(key, { ...cut, until: now + SILENCE })
    return { kind: 'lateMute', delay: cut.delay }
  }

  /** Sends a call that `apply` carries out at the other end. `text`: what it writes. */
  async send<T>(verb: string, key: string, apply: () => Promise<T>, text: string = ''): Promise<T> {
    if (this.diedAt !== undefined) return never()
    if (!this.isFaulty) return apply()
    const { clock, latency, faultOf, deathOf } = this.#options
    const call: NumberedCall = { verb, key, numbers: this.#count(verb, key, text) }
    const death = deathOf?.(call)
    if (death) {
      this.diedAt = clock.now()
      this.#death.die()
      if (death === 'after') await apply()
      return never()
    }
    if (this.#way === 'offline') throw new StoreUnavailableError('The store is offline.', { unsent: true })
    if (this.#way === 'silent') return never()
    const fault = this.#cutOf(call) ?? faultOf(call)
    if (!fault) {
      const { isCut } = this.#watchWay()
      await pause(clock, latency())
      if (isCut()) throw lost()
      const answer = await apply()
      await pause(clock, latency())
      if (isCut()) throw lost()
      return answer
    }
    this.faulted.push({ ...fault, key, verb, at: clock.now() })
    return this.#sendFaulty(fault, apply)
  }

  async #sendFaulty<T>({ kind, delay }: Fault, apply: () => Promise<T>): Promise<T> {
    const { clock, latency } = this.#options
    if (kind === 'unsent') throw new StoreUnavailableError('The store is offline.', { unsent: true })
    const isLate = kind === 'late' || kind === 'lateMute'
    if (isLate) clock.after(delay, () => void apply().catch(() => {}))
    await pause(clock, kind === 'slow' ? delay / 2 : latency())
    if (kind === 'slow') {
      const answer = await apply()
      await pause(clock, delay / 2)
      return answer
    }
    if (kind === 'lost' || kind === 'mute') await apply()
    if (kind === 'dead' || kind === 'mute' || kind === 'lateMute') return never()
    await pause(clock, latency())
    throw lost()
  }

  #watchWay(): { readonly isCut: () => boolean } {
    const before = this.#cutCount
    return { isCut: () => this.#cutCount > before }
  }

  #count(verb: string, key: string, text: string): NumberedCall['numbers'] {
    const among = kindsOf(verb, key, text)
    return Object.fromEntries(among.map((kind) => [kind, this.#counts[kind]++]))
  }
}

interface Cut {
  readonly delay: number
  /** Epoch ms; infinite until the write. */
  readonly until: number
}

/** Ms: longer than anybody waits. */
const SILENCE = 2500

/** What a sweep asks of the store beside the sessions it finds. */
export function isOfSweep({ verb, key }: { readonly verb: string; readonly key: string }): boolean {
  return key === SWEEP || verb === 'find' || verb === 'keySet'
}

const SWEEP = 'hazelcast-session.sweep'

function kindsOf(verb: string, key: string, text: string): readonly Among[] {
  if (isOfSweep({ verb, key })) return ['sweeps']
  if (key.startsWith('hazelcast-session.')) return []
  if (verb === 'load' || verb === 'get') return ['calls']
  return text.includes('"ended":"expired"') ? ['calls', 'writes', 'claims'] : ['calls', 'writes']
}

function lost(): StoreUnavailableError {
  return new StoreUnavailableError('The connection was lost.', { unsent: false })
}

function never(): Promise<never> {
  return new Promise(() => {})
}
