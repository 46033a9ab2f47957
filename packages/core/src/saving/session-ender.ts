import type { Clock } from '../clock.ts'
import { pause, within } from '../clock.ts'
import type { LocalSessionCache } from '../local/local-session-cache.ts'
import type { RecordCodec } from '../records/record-codec.ts'
import type { RecordStore } from '../records/record-store.ts'
import { isUnsent } from '../records/store-unavailable.ts'
import type { EndReason, SessionRecord, StoredRecord } from '../records/session-record.ts'
import { isEnded } from '../records/session-record.ts'
import type { RecordStamp } from './record-stamp.ts'
import type { SaveQueue } from './save-queue.ts'
import type { NextEntry, WriteLoop } from './write-loop.ts'

export interface SessionEnderOptions {
  readonly queue: SaveQueue
  readonly loop: WriteLoop
  readonly stamp: RecordStamp
  readonly store: RecordStore
  readonly codec: RecordCodec
  readonly clock: Clock
  readonly operationTimeout: number
  /** Told of what ended. */
  readonly copies?: LocalSessionCache | undefined
  /** Told once for every session that this worker ended, with its last attributes. */
  readonly onEnded: (key: string, last: SessionRecord, reason: EndReason) => void
}

/** The record is not the one any more that was to be ended. */
class RecordMoved extends Error {}

/** How a session is to end. */
interface Ending {
  readonly reason: EndReason
  /** Only if the record still is of this version. */
  readonly version?: number
  /** Whether nobody is told: the session is another record's too. */
  readonly isSilent?: boolean
}

/** One attempt to put a marker over a record. */
interface Claim {
  readonly last: SessionRecord
  readonly marker: NextEntry
}

/** Ms for which a claim of unknown outcome may still be applied; seen up to 12 s late. */
const LATE_WRITE_LIMIT = 60_000

/** Ends sessions by a marker in the place of their record, and knows for each whether it was this worker that did. */
export class SessionEnder {
  readonly #options: SessionEnderOptions
  #closed = false

  constructor(options: SessionEnderOptions) {
    this.#options = options
  }

  /**
   * Ends the session. `true`: by this call. `false`: there is none, or somebody else ended it, which is no error.
   * Rejects when that cannot be confirmed in time; the claim is then followed up, so that its event is not missed.
   */
  async end(key: string, start: StoredRecord | undefined, reason: EndReason): Promise<boolean> {
    // The other end of an id change that is not completed is the same session. First that one, so that it is ended as
    // well when this call is repeated because its answer was lost.
    if (start && reason !== 'renamed') await this.#endPrevious(start.record)
    const claim = await this.#endAlone(key, start, { reason })
    if (claim && reason !== 'renamed' && claim.last.previous?.key !== start?.record.previous?.key) {
      await this.#endPrevious(claim.last)
    }
    return claim !== undefined
  }

  /** Ends what is left of a session under the id that it had before; of that nobody is told. */
  async #endPrevious({ previous }: SessionRecord): Promise<void> {
    if (previous) await this.#endAlone(previous.key, undefined, { reason: 'invalidated', isSilent: true })
  }

  #endAlone(key: string, start: StoredRecord | undefined, how: Ending): Promise<Claim | undefined> {
    // What waits before this has an earlier deadline, so this one is reached in time.
    const deadline = this.#options.clock.now() + this.#options.operationTimeout
    return this.#options.queue.alone(key, (latest) => this.#claim(key, latest ?? start, how, deadline))
  }

  /**
   * Ends the session if it still is what `start` says. `'ended'`: by this call. `'elsewhere'`: somebody else did, or it
   * is gone. `'moved'`: it was changed meanwhile, and was not ended.
   */
  async endUnchanged(key: string, start: StoredRecord, reason: EndReason): Promise<'ended' | 'elsewhere' | 'moved'> {
    const claim = await this.#claimUnchanged(key, start, reason)
    if (typeof claim === 'object') return 'ended'
    return claim === 'ended' ? 'elsewhere' : 'moved'
  }

  /**
   * Ends a session that has expired, if nobody has used it since `start` was read, and takes its entry away. `true`: it
   * was ended, by this call.
   */
  async endExpired(key: string, start: StoredRecord): Promise<boolean> {
    const claim = await this.#claimUnchanged(key, start, 'expired')
    if (typeof claim !== 'object') return false
    const { store, codec } = this.#options
    // If that fails the marker goes by itself.
    await this.#limited(store.remove(key, codec.stringify(key, claim.marker.entry))).catch(() => false)
    return true
  }

  /** The claim that ended it; `'ended'`: somebody else did; `'moved'`: it was changed meanwhile, and was not ended. */
  async #claimUnchanged(key: string, start: StoredRecord, reason: EndReason): Promise<Claim | 'ended' | 'moved'> {
    const { clock, operationTimeout, queue } = this.#options
    const deadline = clock.now() + operationTimeout
    try {
      const how: Ending = { reason, version: start.record.version }
      const claim = await queue.alone(key, () => this.#claim(key, start, how, deadline))
      return claim ?? 'ended'
    } catch (error) {
      if (error instanceof RecordMoved) return 'moved'
      throw error
    }
  }

  close(): void {
    this.#closed = true
  }

  async #claim(
    key: string,
    start: StoredRecord | undefined,
    how: Ending,
    deadline: number,
  ): Promise<Claim | undefined> {
    const { loop, stamp, copies } = this.#options
    const { reason, version } = how
    copies?.doubt(key)
    const claims = new Map<string, Claim>()
    try {
      const outcome = await loop.run({
        key,
        start,
        next: (record, writeId) => {
          if (version !== undefined && record.version !== version) throw new RecordMoved()
          const marker = stamp.ended(reason, record, writeId)
          claims.set(writeId, { last: record, marker })
          return marker
        },
        confirmUnchanged: () => false,
        evenExpired: reason === 'expired',
        deadline: () => deadline,
      })
      copies?.forget(key)
      const claim = outcome.kind === 'written' ? claims.get(outcome.writeId) : undefined
      if (claim) this.#tell(key, claim, how)
      return claim
    } catch (error) {
      copies?.doubt(key)
      if (claims.size > 0 && !isUnsent(error) && !(error instanceof RecordMoved)) void this.#followUp(key, claims, how)
      throw error
    }
  }

  /** Reads until it is known whether one of the claims was applied, since then its event is ours to fire. */
  async #followUp(key: string, claims: ReadonlyMap<string, Claim>, how: Ending): Promise<void> {
    const { store, codec, clock, copies } = this.#options
    const newest = Math.max(...[...claims.values()].map(({ last }) => last.version))
    const until = clock.now() + LATE_WRITE_LIMIT
    let told = false
    for (let wait = 500; !this.#closed && clock.now() < until; wait = Math.min(wait * 2, 10_000)) {
      await pause(clock, wait, 'background')
      try {
        const text = await this.#limited(store.load(key))
        const entry = text === undefined ? undefined : codec.parse(key, text)
        const claim = entry && isEnded(entry) ? claims.get(entry.writes[0] ?? '') : undefined
        if (text === undefined || !claim) {
          if (entry === undefined || entry.version > newest) return
          continue
        }
        copies?.forget(key)
        if (!told) this.#tell(key, claim, how)
        told = true
        await this.#limited(store.replace(key, text, text, claim.marker.life))
        return
      } catch {
        // Away or unreadable just now: look again.
      }
    }
  }

  #tell(key: string, { last }: Claim, { reason, isSilent }: Ending): void {
    if (isSilent !== true) this.#options.onEnded(key, last, reason)
  }

  /** A call to a member that hangs may never settle. */
  #limited<T>(call: Promise<T>): Promise<T> {
    const { clock, operationTimeout } = this.#options
    return within(clock, operationTimeout, call, () => new Error('late'))
  }
}
