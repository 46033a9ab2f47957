import { randomUUID } from 'node:crypto'
import type { Clock } from './clock.ts'
import type { RecordStore } from './records/record-store.ts'

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
    if (await store.create(key, text, { seconds })) {
      this.#held = text
      return undefined
    }
    const found = await store.load(key)
    const other = found === undefined ? undefined : holderOf(found)
    if (found !== undefined && other && other.expiresAt + SKEW < clock.now() && (await this.#replace(found))) {
      return undefined
    }
    return other ?? { holder: '', expiresAt: clock.now() }
  }

  /** Gives the lease back, if it is ours. */
  async release(): Promise<void> {
    const held = this.#held
    this.#held = undefined
    if (held !== undefined) await this.#options.store.remove(this.#options.key, held)
  }

  async #replace(expected: string): Promise<boolean> {
    const { store, key, seconds } = this.#options
    const text = this.#text()
    const isOurs = await store.replace(key, expected, text, { seconds })
    this.#held = isOurs ? text : undefined
    return isOurs
  }

  #text(): string {
    const { clock, seconds } = this.#options
    const holder: LeaseHolder = { holder: this.#holder, expiresAt: clock.now() + seconds * 1000 }
    // Format 0 is no session's: nobody takes a lease for one.
    return JSON.stringify({ format: 0, ...holder })
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
