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

interface CallNumber {
  readonly verb: string
  /** Among all calls of the worker, from 0. */
  readonly call: number
  /** Among its writes; `undefined` for a read. */
  readonly write: number | undefined
}

export interface ChannelOptions {
  readonly clock: Clock
  /** Ms that a message takes, one way. */
  readonly latency: () => number
  /** The fault that hits a call of this worker. */
  readonly faultOf: (call: CallNumber) => Fault | undefined
}

/** The way from one worker to the store, on which calls get lost, late or slow. */
export class FaultyChannel {
  readonly faulted: FaultedCall[] = []
  /** While false, every call is served at once. */
  isFaulty = false
  readonly #options: ChannelOptions
  #calls = 0
  #writes = 0

  constructor(options: ChannelOptions) {
    this.#options = options
  }

  /** Sends a call that `apply` carries out at the other end. */
  async send<T>(verb: string, key: string, apply: () => Promise<T>): Promise<T> {
    if (!this.isFaulty) return apply()
    const { clock, latency, faultOf } = this.#options
    const isRead = verb === 'load' || verb === 'get'
    const fault = faultOf({ verb, call: this.#calls, write: isRead ? undefined : this.#writes })
    this.#calls += 1
    if (!isRead) this.#writes += 1
    if (!fault) {
      await pause(clock, latency())
      const answer = await apply()
      await pause(clock, latency())
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
    if (kind === 'dead' || kind === 'mute' || kind === 'lateMute') return new Promise<T>(() => {})
    await pause(clock, latency())
    throw new StoreUnavailableError('The connection was lost.', { unsent: false })
  }
}
