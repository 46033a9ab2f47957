import type { Clock } from '../../../src/clock.ts'
import { MemoryRecordStore } from '../../../src/records/memory-record-store.ts'
import { History } from '../history.ts'

/** A cluster, and what it held while it was there. */
export interface ClusterLife {
  readonly id: string
  readonly store: MemoryRecordStore
  readonly history: History
  /** Epoch ms. */
  readonly from: number
}

/** One cluster after another at the same addresses: a new one knows nothing of what was before. */
export class Clusters {
  readonly #clock: Clock
  readonly #lives: ClusterLife[]

  constructor(clock: Clock) {
    this.#clock = clock
    this.#lives = [this.#newLife(0)]
  }

  get lives(): readonly ClusterLife[] {
    return this.#lives
  }

  get current(): ClusterLife {
    const last = this.#lives.at(-1)
    if (!last) throw new Error('There is always a cluster.')
    return last
  }

  /** All members are lost, and new ones are there. */
  replace(): void {
    this.#lives.push(this.#newLife(this.#lives.length))
  }

  /** Removes an entry behind everybody's back. */
  async vanish(key: string): Promise<void> {
    const { store, history } = this.current
    const before = await store.load(key)
    const now = this.#clock.now()
    if (!(await store.remove(key))) return
    history.written({ key, worker: 'nobody', from: now, to: now, before, after: undefined })
  }

  #newLife(number: number): ClusterLife {
    const store = new MemoryRecordStore(this.#clock)
    return { id: `cluster ${number}`, store, history: new History(), from: this.#clock.now() }
  }
}
