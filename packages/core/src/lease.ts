import { randomUUID } from 'node:crypto'
import type { Clock } from './clock.ts'
import { within } from './clock.ts'
import { householdText } from './household.ts'
import type { RecordStore } from './records/record-store.ts'
import { StoreUnavailableError } from './records/store-unavailable.ts'

export interface LeaseOptions {
  readonly store: RecordStore
  readonly clock: Clock
  /** Key of the lease in the store. */
  readonly key: string
  /** Seconds it lasts unless it is renewed. */
  readonly seconds: number
}

/** Who holds a lease, and until when (epoch ms) if it is not renewed. */
export interface LeaseHolder {
  readonly holder: string
  readonly expiresAt: number
}

/** Ms by which two workers' clocks may differ. */
const SKEW = 2000
/** Ms for one call: to a member that hangs it may never settle, and whoever waits for it would hang too. */
const CALL_LIMIT = 5000

/** Something that one worker of a map has at a time. Whoever dies with it loses it after `seconds`. */
export class Lease {
  readonly #options: LeaseOptions
  readonly #holder: string = randomUUID()
  /** The text of our lease in the store, while we hold it. */
  #held: string | undefined

  constructor(options: LeaseOptions) {
    this.#options = options
  }

  /** Takes the lease, or renews it. `undefined`: it is ours now; otherwise who has it. Rejects like the store. */
  async hold(): Promise<LeaseHolder | undefined> {
    if (this.#held !== undefined && (await this.#replace(this.#held))) return undefined
    const { store, key, seconds, clock } = this.#options
    const text = this.#text()
    if (await this.#limited(store.create(key, text, { seconds }))) {
      this.#held = text
      return undefined
    }
    const found = await this.#limited(store.load(key))
    const other = found === undefined ? undefined : holderOf(found)
    if (found === undefined || !other) return { holder: '', expiresAt: clock.now() }
    // Ours: the answer to the write that made it was lost.
    const isFree = other.holder === this.#holder || other.expiresAt + SKEW < clock.now()
    return isFree && (await this.#replace(found)) ? undefined : other
  }

  /** Gives the lease back, if it is ours. */
  async release(): Promise<void> {
    const held = this.#held
    this.#held = undefined
    if (held !== undefined) await this.#limited(this.#options.store.remove(this.#options.key, held))
  }

  async #replace(expected: string): Promise<boolean> {
    const { store, key, seconds } = this.#options
    const text = this.#text()
    const isOurs = await this.#limited(store.replace(key, expected, text, { seconds }))
    this.#held = isOurs ? text : undefined
    return isOurs
  }

  #limited<T>(call: Promise<T>): Promise<T> {
    const late = (): Error =>
      new StoreUnavailableError(`A lease was not answered within ${CALL_LIMIT} ms.`, { unsent: false })
    return within(this.#options.clock, CALL_LIMIT, call, late)
  }

  #text(): string {
    const { clock, seconds } = this.#options
    return householdText(clock.now() + seconds * 1000, { holder: this.#holder })
  }
}

function holderOf(text: string): LeaseHolder | undefined {
  try {
    const { holder, expiresAt }: Partial<LeaseHolder> = Object(JSON.parse(text))
    return typeof holder === 'string' && typeof expiresAt === 'number' ? { holder, expiresAt } : undefined
  } catch {
    return undefined
  }
}
