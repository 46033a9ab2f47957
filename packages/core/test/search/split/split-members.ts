import type { Clock } from '../../../src/clock.ts'
import { FakeMembers } from '../fake-map.ts'
import type { History } from '../history.ts'

/** The half of a cluster, each with all the data that there were when they lost each other. */
export type Side = 'larger' | 'smaller'

/** The members of one map, that may lose each other for a while: then each worker talks to those of its side. */
export class SplitMembers {
  readonly larger: FakeMembers
  readonly #another: () => FakeMembers
  #smaller: FakeMembers | undefined

  /** `mapLife`: the map's `time-to-live-seconds`. */
  constructor(clock: Clock, history: History, mapLife: number) {
    this.#another = () => new FakeMembers(clock, history, mapLife)
    this.larger = this.#another()
  }

  /** Those that a call from `side` meets now. */
  of(side: Side): FakeMembers {
    return (side === 'smaller' ? this.#smaller : undefined) ?? this.larger
  }

  get isSplit(): boolean {
    return this.#smaller !== undefined
  }

  /** Keys that have been written, and not been given an end, on either side. */
  endless(): string[] {
    const members = [this.larger, ...(this.#smaller ? [this.#smaller] : [])]
    return members.flatMap((half) => half.keys().filter((key) => half.get(key)?.goneAt === Infinity))
  }

  split(): void {
    const smaller = this.#another()
    smaller.merge(this.larger)
    this.#smaller = smaller
  }

  /** The smaller half joins the larger one: of two entries of a key the one stays that would go later. */
  heal(): void {
    if (this.#smaller) this.larger.merge(this.#smaller)
    this.#smaller = undefined
  }
}
