import type { Clock } from '../clock.ts'
import type { LocalSessionCache } from '../local/local-session-cache.ts'
import type { SessionRecord, StoredRecord } from '../records/session-record.ts'
import type { Intent } from './intent.ts'
import type { QueuedWrite, WriteResult } from './pending-write.ts'
import { PendingWrite } from './pending-write.ts'
import type { RecordStamp } from './record-stamp.ts'
import type { KnownRecord, WriteLoop, WriteOutcome } from './write-loop.ts'

export interface SaveQueueOptions {
  readonly loop: WriteLoop
  readonly stamp: RecordStamp
  readonly clock: Clock
  readonly operationTimeout: number
  /** Told of what is written. */
  readonly copies?: LocalSessionCache | undefined
}

/** A step in a line: several intents that go out as one write, or something that must be alone. */
type Step = QueuedWrite | ((latest: StoredRecord | undefined) => Promise<void>)

/** The steps of one session, while there are any. */
interface Line {
  readonly steps: Step[]
  /** What the last write of this line left in the store. */
  latest: StoredRecord | undefined
}

/**
 * Orders this process's writes, session by session: one write is under way at a time, and what waits meanwhile goes out
 * as one. Writes of other processes are met by compare-and-set.
 */
export class SaveQueue {
  readonly #options: SaveQueueOptions
  readonly #lines = new Map<string, Line>()
  readonly #idle: (() => void)[] = []

  constructor(options: SaveQueueOptions) {
    this.#options = options
  }

  /**
   * Writes what `intent` makes of the session, behind what waits already. `start`: the record as its caller saw it.
   * `deadline`: epoch ms at which the caller stops waiting, by default `operationTimeout` from now.
   */
  write<R>(key: string, start: KnownRecord | undefined, intent: Intent<R>, deadline?: number): Promise<WriteResult<R>> {
    const { operationTimeout, clock } = this.#options
    const pending = new PendingWrite(intent, start, deadline ?? clock.now() + operationTimeout, clock)
    this.#enqueue(key, pending)
    return pending.outcome
  }

  /** Runs `task` when nothing else of this session is being written, behind what waits already. */
  alone<R>(key: string, task: (latest: StoredRecord | undefined) => Promise<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#enqueue(key, (latest) => task(latest).then(resolve, reject))
    })
  }

  /** Resolves when nothing is waiting or under way. */
  idle(): Promise<void> {
    if (this.#lines.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #enqueue(key: string, step: Step): void {
    const line = this.#lines.get(key)
    if (line) {
      line.steps.push(step)
      return
    }
    const started: Line = { steps: [step], latest: undefined }
    this.#lines.set(key, started)
    void this.#drain(key, started)
  }

  async #drain(key: string, line: Line): Promise<void> {
    for (let step = line.steps[0]; step !== undefined; step = line.steps[0]) {
      if (typeof step === 'function') {
        line.steps.shift()
        const { latest } = line
        line.latest = undefined
        await step(latest)
      } else {
        await this.#writeBatch(key, line, takeBatch(line.steps))
      }
    }
    this.#lines.delete(key)
    // V8 may keep the line for a while, when the map has grown old: let it not keep the rest.
    line.latest = undefined
    if (this.#lines.size === 0) this.#idle.splice(0).forEach((resolve) => resolve())
  }

  async #writeBatch(key: string, line: Line, batch: readonly QueuedWrite[]): Promise<void> {
    let lastWriteId = ''
    const waiting = (): readonly QueuedWrite[] => batch.filter((pending) => !pending.isSettled)
    if (waiting().length === 0) return
    const { copies } = this.#options
    const asked = copies?.ask()
    try {
      const outcome = await this.#options.loop.run({
        key,
        start: newest(line.latest, batch),
        next: (record, writeId) => {
          lastWriteId = writeId
          const applied = applyAll(batch, record, writeId, this.#options.stamp)
          return applied === record && record.version > 0
            ? undefined
            : this.#options.stamp.live(applied, record, writeId)
        },
        confirmUnchanged: () => waiting().some((pending) => pending.needsFresh),
        deadline: () => Math.max(0, ...waiting().map((pending) => pending.deadline)),
      })
      if (asked) copies?.noteOutcome(key, outcome, asked)
      line.latest = settleAll(batch, outcome, lastWriteId)
    } catch (error) {
      copies?.doubt(key)
      for (const pending of batch) pending.fail(error)
    }
  }
}

function takeBatch(steps: Step[]): QueuedWrite[] {
  const alone = steps.findIndex((step) => typeof step === 'function')
  const taken = steps.splice(0, alone === -1 ? steps.length : alone)
  return taken.filter((step) => typeof step !== 'function')
}

function applyAll(
  batch: readonly QueuedWrite[],
  record: SessionRecord,
  writeId: string,
  stamp: RecordStamp,
): SessionRecord {
  let next = record
  for (const pending of batch) {
    const applied = pending.apply(next, writeId)
    const tooLarge = stamp.tooLarge(next, applied)
    if (tooLarge) pending.fail(tooLarge)
    else next = applied
  }
  return next
}

/** Tells every caller, and returns what is stored now as far as is known. */
function settleAll(
  batch: readonly QueuedWrite[],
  outcome: WriteOutcome,
  lastWriteId: string,
): StoredRecord | undefined {
  if (outcome.kind === 'ended') {
    for (const pending of batch) pending.end()
    return undefined
  }
  const writeId = outcome.kind === 'written' ? outcome.writeId : lastWriteId
  for (const pending of batch) pending.succeed(outcome.kind, writeId, outcome.stored)
  return outcome.stored
}

/** The newest record that anybody in the batch has seen: the least likely to lose its compare-and-set. */
function newest(latest: StoredRecord | undefined, batch: readonly QueuedWrite[]): KnownRecord | undefined {
  let start: KnownRecord | undefined = latest
  for (const pending of batch) {
    if (pending.start && (!start || pending.start.record.version > start.record.version)) start = pending.start
  }
  return start
}
