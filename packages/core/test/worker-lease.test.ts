import { describe, expect, it } from 'vitest'
import type { CancelTimer, Clock } from '../src/clock.ts'
import { MemoryRecordStore } from '../src/records/memory-record-store.ts'
import { WorkerLease } from '../src/worker-lease.ts'

/** A clock that stands still until it is moved, and fires what is due then. */
class SteppedClock implements Clock {
  #now = 1_000_000
  #timers: { readonly at: number; readonly task: () => void }[] = []

  now(): number {
    return this.#now
  }

  after(ms: number, task: () => void): CancelTimer {
    const timer = { at: this.#now + ms, task }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  async step(ms: number): Promise<void> {
    this.#now += ms
    const due = this.#timers.filter(({ at }) => at <= this.#now)
    this.#timers = this.#timers.filter(({ at }) => at > this.#now)
    for (const { task } of due) task()
    await settled()
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function worker(store: MemoryRecordStore, clock: Clock, name = 'w1') {
  const errors: string[] = []
  const silent = (): void => {}
  const logger = { debug: silent, info: silent, warn: silent, error: (message: string) => void errors.push(message) }
  return { errors, lease: new WorkerLease({ store, clock, logger, worker: { name } }) }
}

describe('a worker name', () => {
  it('is reported when another live worker holds it, once', async () => {
    const clock = new SteppedClock()
    const store = new MemoryRecordStore(clock)
    const [first, second] = [worker(store, clock), worker(store, clock)]
    first.lease.start()
    await settled()
    second.lease.start()
    await settled()
    for (let renewal = 0; renewal < 5; renewal++) await clock.step(10_000)
    expect(first.errors).toEqual([])
    expect(second.errors).toHaveLength(1)
    expect(second.errors[0]).toContain('WORKER_NAME_TAKEN')
    expect(second.errors[0]).toContain('"w1"')
  })

  it('is not reported to a worker that died and came back, and is held again once the old lease has run out', async () => {
    const clock = new SteppedClock()
    const store = new MemoryRecordStore(clock)
    const before = worker(store, clock)
    before.lease.start()
    await settled()
    // Killed: its timers are gone with it.
    const clockAfter = new SteppedClock()
    const after = worker(store, clockAfter)
    after.lease.start()
    await settled()
    for (let renewal = 0; renewal < 5; renewal++) await clockAfter.step(10_000)
    expect(after.errors).toEqual([])
    const third = worker(store, clockAfter)
    third.lease.start()
    await settled()
    await clockAfter.step(10_000)
    await clockAfter.step(10_000)
    expect(third.errors).toHaveLength(1)
  })

  it('is free again when its worker closes', async () => {
    const clock = new SteppedClock()
    const store = new MemoryRecordStore(clock)
    const first = worker(store, clock)
    first.lease.start()
    await settled()
    await first.lease.close()
    expect(await store.load('hazelcast-session.worker.w1')).toBeUndefined()
  })

  it('is not in the way of another name', async () => {
    const clock = new SteppedClock()
    const store = new MemoryRecordStore(clock)
    const [first, second] = [worker(store, clock), worker(store, clock, 'w2')]
    first.lease.start()
    second.lease.start()
    for (let renewal = 0; renewal < 5; renewal++) await clock.step(10_000)
    expect([...first.errors, ...second.errors]).toEqual([])
  })
})
