import type { Clock } from '../clock.ts'
import { pause, within } from '../clock.ts'
import type { LocalSessionCache } from '../local/local-session-cache.ts'
import type { UnsavedChanges } from '../local/unsaved-changes.ts'
import type { Logger } from '../logger.ts'
import type { AttributeSerializer } from '../records/attribute-serializer.ts'
import { isUnsent } from '../records/store-unavailable.ts'
import type { AttributeTexts, SessionRecord, StoredRecord } from '../records/session-record.ts'
import type { SavePolicy } from '../save-policy.ts'
import { SessionError } from '../session-error.ts'
import type { AttributeChanges } from './attribute-changes.ts'
import { withChanges } from './attribute-changes.ts'
import { mergeChanges } from './attribute-merge.ts'
import type { MergeOption } from './conflict-policy.ts'
import { ConflictPolicy } from './conflict-policy.ts'
import { DueTimes } from './due-times.ts'
import type { RecordSettings } from './intent.ts'
import { lateIntent } from './intent.ts'
import type { RecordStamp } from './record-stamp.ts'
import type { SaveQueue } from './save-queue.ts'
import type { KnownRecord } from './write-loop.ts'

export interface DeferredSavesOptions {
  /** Where what is not written yet is pinned; without it nothing is deferred. */
  readonly copies: LocalSessionCache | undefined
  readonly queue: SaveQueue
  readonly stamp: RecordStamp
  readonly clock: Clock
  readonly logger: Logger
  readonly savePolicy: SavePolicy
  readonly merge: MergeOption
  readonly serializer: AttributeSerializer
  /** Settles what two requests of this worker changed. */
  readonly policy: ConflictPolicy
  /** Told of names that were changed on two sides. */
  readonly onConflicts: (names: readonly string[]) => void
  /** Told of names whose change was given up, because the session has ended. */
  readonly onDropped: (names: readonly string[]) => void
  /** Told of a session that began without the store, when that has it. */
  readonly onCreated: (key: string, record: SessionRecord) => void
  /** Creates a session that is gone again, where that is called for. */
  readonly restore: (key: string, held: UnsavedChanges) => Promise<'restored' | 'exists' | 'no'>
}

/** A session as requests of this worker see it. */
export interface ShownSession {
  readonly stored: KnownRecord
  /** With what is not written yet. */
  readonly attributes: AttributeTexts
}

/** Writes at a time. */
const WIDTH = 256
/** Ms after which a write that failed is tried again. */
const RETRY = 5000
/** Ms before its expiry in which even a session whose changes wait for the end is written, for who is told of its end. */
const LAST_MOMENT = 10_000
/** Ms between two rounds of a last try. */
const LAST_PAUSE = 200
/** How many writes of unknown outcome are remembered of one session. */
const ATTEMPTS = 8

/**
 * Changes whose answers did not wait for them. They are pinned in this worker, shown to its later requests, and written
 * when they are due. What others have stored meanwhile was seen later than these changes, so it wins where both changed
 * the same attribute.
 */
export class DeferredSaves {
  readonly #options: DeferredSavesOptions
  /** What is stored stays. */
  readonly #late: ConflictPolicy
  readonly #due: DueTimes
  /** Epoch ms at which a session is to be written by the option `savePeriod`. */
  readonly #plannedAt = new Map<string, number>()
  readonly #underWay = new Map<string, Promise<void>>()
  /** What was sent of a session and may be stored without our knowing: who finds it there has met nobody else. */
  readonly #attempts = new Map<string, AttributeChanges['texts'][]>()
  #isStopped = false
  #hasWarned = false

  constructor(options: DeferredSavesOptions) {
    this.#options = options
    const theirs = (_name: string, _base: unknown, stored: unknown): unknown => stored
    this.#due = new DueTimes(options.clock, (key) => this.#whenDue(key))
    this.#late = new ConflictPolicy(theirs, options.merge, options.serializer)
  }

  /** Whether anything of this session is not written yet. */
  holds(key: string): boolean {
    return this.#held(key) !== undefined
  }

  /**
   * Takes over what a request has changed; its answer need not wait. `known`: the record as the request saw it. `false`:
   * it has to be written now, since there is no room, this worker is about to end, or the session has ended while the request
   * was under way. Throws what a save would be refused with.
   */
  defer(key: string, known: KnownRecord, changes: AttributeChanges, settings: RecordSettings = {}): boolean {
    const { copies, policy, stamp, clock, onConflicts } = this.#options
    if (!copies || this.#isStopped || copies.isGone(key)) return false
    const latest = newest(known, copies.latest(key))
    const before = copies.unsaved(key)
    // This request may have seen what is stored since: what it changed is on top of that.
    if (before && latest.record.version > before.start.record.version) this.#rebase(key, before, latest)
    const held = copies.unsaved(key)
    const start = held?.start ?? latest
    const { record } = start
    const seen = withChanges(record.attributes, held?.changes.texts ?? new Map())
    const conflicts: string[] = []
    const wanted = mergeChanges(seen, changes, policy, (name) => conflicts.push(name))
    const tooLarge = stamp.tooLarge({ ...record, attributes: seen }, { ...record, attributes: wanted })
    if (tooLarge) throw tooLarge
    const texts = textsOf([...(held?.changes.texts.keys() ?? []), ...changes.texts.keys()], wanted)
    const unsaved: UnsavedChanges = {
      start,
      changes: { base: record.attributes, texts },
      settings: { ...held?.settings, ...settings },
      lastAccessedAt: clock.now(),
    }
    if (!copies.pin(key, unsaved)) return false
    if (conflicts.length > 0) onConflicts(conflicts)
    if (!held) this.#expect(key, unsaved)
    return true
  }

  /** The session as a request of this worker is to see it, of which `found` is stored. */
  shown(key: string, found: KnownRecord): ShownSession {
    const held = this.#held(key)
    if (!held) return { stored: found, attributes: found.record.attributes }
    const isNews = found.record.version > held.start.record.version
    const stored = isNews ? found : held.start
    const texts = isNews ? this.#rebase(key, held, stored) : held.changes.texts
    return { stored, attributes: withChanges(stored.record.attributes, texts) }
  }

  /** Writes what is held of this session, if anything is. Rejects as a save does; then it is still held. */
  async flush(key: string): Promise<void> {
    for (let before = this.#underWay.get(key); before; before = this.#underWay.get(key)) await before.catch(() => {})
    const held = this.#held(key)
    if (!held) return
    const flushing = this.#write(key, held).finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, flushing)
    await flushing
  }

  /** This worker has ended the session: `last`, as its requests saw it. */
  ended(key: string, last: SessionRecord): SessionRecord {
    const held = this.#release(key)
    if (!held) return last
    const conflicts: string[] = []
    const against = this.#against(key, held, last.attributes)
    const attributes = mergeChanges(last.attributes, against, this.#late, (name) => conflicts.push(name))
    if (conflicts.length > 0) this.#options.onConflicts(conflicts)
    return { ...last, attributes }
  }

  /** The session has ended elsewhere, or is gone: what is held of it is given up. */
  drop(key: string): void {
    const held = this.#release(key)
    if (held) this.#options.onDropped([...held.changes.texts.keys()])
  }

  /** Holds nothing more from now on, and begins to write what is held: the next requests may go to other workers. */
  stop(): void {
    this.#isStopped = true
    this.#plannedAt.clear()
    this.#due.hurry()
  }

  /** Writes all that is held, for `limit` ms at most. Never rejects. Of how many sessions something is left unwritten. */
  async close(limit: number): Promise<number> {
    const { clock } = this.#options
    this.#isStopped = true
    this.#due.close()
    const until = clock.now() + limit
    for (let keys = this.#keys(); keys.length > 0 && clock.now() < until; keys = this.#keys()) {
      const late = (): Error => new Error('late')
      await within(clock, until - clock.now(), this.#flushAll(keys), late).catch(() => {})
      if (this.#keys().length > 0) await pause(clock, Math.max(0, Math.min(LAST_PAUSE, until - clock.now())))
    }
    return this.#keys().length
  }

  async #flushAll(keys: readonly string[]): Promise<void> {
    const left = keys.values()
    const flushSome = async (): Promise<void> => {
      for (const key of left) await this.flush(key).catch(() => {})
    }
    await Promise.all(Array.from({ length: Math.min(WIDTH, keys.length) }, flushSome))
  }

  async #write(key: string, held: UnsavedChanges): Promise<void> {
    const { copies, queue, onConflicts } = this.#options
    const { texts } = held.changes
    const attempts = [...(this.#attempts.get(key) ?? []), texts].slice(-ATTEMPTS)
    this.#attempts.set(key, attempts)
    const intent = lateIntent((stored) => this.#against(key, held, stored), held, this.#late)
    try {
      const result = await queue.write(key, newest(held.start, copies?.latest(key)), intent)
      this.#hasWarned = false
      if (result.kind === 'ended') return await this.#gone(key, held)
      if (held.start.token === undefined && result.stored) this.#options.onCreated(key, result.stored.record)
      if (result.result.length > 0) onConflicts(result.result)
      this.#written(key, held, result.stored)
    } catch (error) {
      if (isUnsent(error)) this.#attempts.set(key, attempts.slice(0, -1))
      this.#failed(key, error)
      throw error
    }
  }

  async #gone(key: string, held: UnsavedChanges): Promise<void> {
    // Somebody has logged out while this write waited.
    if (!this.holds(key)) return
    const outcome = await this.#options.restore(key, held)
    if (outcome === 'exists') return this.#write(key, held)
    if (outcome === 'no') this.drop(key)
    else this.#written(key, held, this.#options.copies?.latest(key))
  }

  #written(key: string, sent: UnsavedChanges, stored: StoredRecord | undefined): void {
    const { copies } = this.#options
    const held = this.#held(key)
    if (!held) return
    if (held === sent) this.#release(key)
    else if (!stored) this.drop(key)
    else {
      this.#rebase(key, held, stored)
      this.#attempts.delete(key)
      const left = copies?.unsaved(key)
      if (left) this.#expect(key, left)
    }
  }

  #failed(key: string, error: unknown): void {
    const { clock, logger } = this.#options
    if (error instanceof SessionError && (error.code === 'RECORD_UNWRITABLE' || error.code === 'RECORD_UNREADABLE')) {
      logger.error(`Changes of a session that waited to be written can never be: ${error.message}`)
      return this.drop(key)
    }
    if (!this.#hasWarned) {
      const reason = error instanceof Error ? error.message : String(error)
      logger.warn(`Changes of sessions could not be written yet, are kept and tried again: ${reason}`)
    }
    this.#hasWarned = true
    this.#plannedAt.set(key, Math.max(this.#plannedAt.get(key) ?? 0, clock.now() + RETRY))
    this.#due.set(key, clock.now() + RETRY)
  }

  /** Puts what is held on top of `stored`, which is newer than what it was on before. The texts that are left. */
  #rebase(key: string, held: UnsavedChanges, stored: KnownRecord): AttributeChanges['texts'] {
    const { copies, onConflicts } = this.#options
    const { attributes } = stored.record
    const conflicts: string[] = []
    const against = this.#against(key, held, attributes)
    const merged = mergeChanges(attributes, against, this.#late, (name) => conflicts.push(name))
    if (conflicts.length > 0) onConflicts(conflicts)
    const texts = textsOf(held.changes.texts.keys(), merged)
    // A name that came back to what it was may be on its way as something else.
    if (!this.#underWay.has(key))
      for (const [name, text] of texts) if (text === attributes.get(name)) texts.delete(name)
    if (texts.size === 0 && Object.keys(held.settings).length === 0) this.#release(key)
    else copies?.pin(key, { ...held, start: stored, changes: { base: attributes, texts } })
    return texts
  }

  /** What is held, as a change of `stored`: what we have written ourselves is no conflict. */
  #against(key: string, { changes: { base, texts } }: UnsavedChanges, stored: AttributeTexts): AttributeChanges {
    const attempts = this.#attempts.get(key) ?? []
    const isOurs = (name: string): boolean =>
      attempts.some((sent) => sent.has(name) && sent.get(name) === stored.get(name))
    const own = [...texts.keys()].filter(isOurs).map((name) => [name, stored.get(name)] as const)
    return { base: withChanges(base, new Map(own)), texts }
  }

  #held(key: string): UnsavedChanges | undefined {
    const { copies } = this.#options
    return copies?.hasUnsaved === true ? copies.unsaved(key) : undefined
  }

  #keys(): readonly string[] {
    return this.#options.copies?.allUnsaved().map(([key]) => key) ?? []
  }

  #release(key: string): UnsavedChanges | undefined {
    const held = this.#held(key)
    if (held) this.#options.copies?.unpin(key, held)
    this.#due.delete(key)
    this.#plannedAt.delete(key)
    this.#attempts.delete(key)
    return held
  }

  /** Epoch ms at which these changes have to be written: the session may end, and somebody be told what it was. */
  #lastMoment(key: string, { start }: UnsavedChanges): number {
    const { record } = newest(start, this.#options.copies?.latest(key))
    return record.expiresAt - LAST_MOMENT
  }

  #expect(key: string, held: UnsavedChanges): void {
    const { savePolicy, clock } = this.#options
    const plannedAt = clock.now() + (savePolicy.delay ?? 0)
    this.#plannedAt.set(key, plannedAt)
    this.#due.set(key, Math.min(plannedAt, this.#lastMoment(key, held)))
  }

  #whenDue(key: string): void {
    const held = this.#held(key)
    if (!held) return
    const { clock } = this.#options
    const dueAt = Math.min(this.#plannedAt.get(key) ?? 0, this.#lastMoment(key, held))
    const mayBegin = this.#underWay.size < WIDTH
    // It was used since, and lives longer than it seemed.
    if (dueAt > clock.now()) this.#due.set(key, dueAt)
    else if (mayBegin) this.flush(key).catch(() => {})
    else this.#due.set(key, clock.now())
  }
}

/** What `texts` has under these names. */
function textsOf(names: Iterable<string>, texts: AttributeTexts): Map<string, string | undefined> {
  return new Map(Array.from(names, (name) => [name, texts.get(name)]))
}

function newest(one: KnownRecord, other: KnownRecord | undefined): KnownRecord {
  return other && other.record.version > one.record.version ? other : one
}
