import { attributesOf } from './attribute-view.ts'
import type { AttributeView, SessionAttributes } from './attribute-view.ts'
import { LONGEST_INTERVAL } from './session-lifetime.ts'
import type { AttributeTexts, EndReason, SessionRecord, StoredRecord } from './records/session-record.ts'
import type { AttributeChanges } from './saving/attribute-changes.ts'
import type { RecordSettings } from './saving/intent.ts'

/** What a view has to save. */
export interface PendingChanges {
  readonly changes: AttributeChanges
  readonly settings: RecordSettings
  readonly isEmpty: boolean
}

/** How a session's id shall change. */
export interface IdChangeRequest {
  /** Whom the session belongs to from then on. */
  readonly principal?: string | undefined
  /** @default a generated id */
  readonly newId?: string | undefined
}

/** What a session asks of the manager that it came from. */
export interface SessionWriter {
  save(session: Session, pending?: PendingChanges): Promise<void>
  saveAssigned(session: Session): Promise<void>
  commit(session: Session, pending?: PendingChanges): Promise<void>
  update<R>(session: Session, change: (data: SessionAttributes) => R): Promise<R>
  touch(session: Session): Promise<void>
  changeId(session: Session, change: IdChangeRequest): Promise<void>
  isTouchUrgent(session: Session): boolean
  end(session: Session, reason: EndReason): Promise<boolean>
}

/**
 * One request's view of one session: the attributes, and the record that they were read from. Several requests have
 * several views of the same session; saving merges them.
 */
export class Session {
  #id: string
  readonly #writer: SessionWriter
  readonly #view: AttributeView
  #record: SessionRecord
  #token: string | undefined
  #settings: RecordSettings = {}
  /** Settles, and never rejects, when the last write of this view that was asked for has; `undefined`: none is under way. */
  #lastWrite: Promise<void> | undefined
  #writes = 0
  #isSaveWaiting = false
  #hasFailed = false
  #isOver = false

  /** @internal Sessions come from `SessionManager.load` and `SessionManager.create`. */
  constructor(id: string, writer: SessionWriter, view: AttributeView, record: SessionRecord, token?: string) {
    this.#id = id
    this.#writer = writer
    this.#view = view
    this.#record = record
    this.#token = token
  }

  /** The bare id, without a worker's name. Changes with `signIn` and `changeId`. */
  get id(): string {
    return this.#id
  }

  /** Whether the store has never confirmed this session. */
  get isNew(): boolean {
    return this.#token === undefined
  }

  /** The attributes, as properties that can be read, assigned, deleted and changed inside. */
  get data(): SessionAttributes {
    return this.#view.data
  }

  /** `object` with the attributes as its properties, but for names that `isOwn` to it. For adapters. */
  show<Target extends object>(object: Target, isOwn: (name: string) => boolean): Target {
    return attributesOf(this.#view, object, isOwn)
  }

  /** Epoch ms. */
  get createdAt(): number {
    return this.#record.createdAt
  }

  /** Epoch ms of the last request that the store knows of. */
  get lastAccessedAt(): number {
    return this.#record.lastAccessedAt
  }

  /** Epoch ms from which the session is expired, unless somebody uses it before. */
  get expiresAt(): number {
    return this.#record.expiresAt
  }

  get principal(): string | undefined {
    return this.#record.principal
  }

  /** Seconds without a request after which this session ends. Saved with the session. */
  get maxInactiveInterval(): number {
    return this.#settings.maxInactiveInterval ?? this.#record.maxInactiveInterval
  }

  set maxInactiveInterval(seconds: number) {
    if (!(seconds > 0 && seconds <= LONGEST_INTERVAL)) {
      throw new TypeError(
        `Expected \`maxInactiveInterval\` to be a number of seconds > 0 and <= ${LONGEST_INTERVAL}, got \`${seconds}\``,
      )
    }
    this.#settings = { ...this.#settings, maxInactiveInterval: seconds }
  }

  /** The cookie's own max age in seconds; -1: until the browser closes; `undefined`: the application's default. */
  get cookieMaxAge(): number | undefined {
    return 'cookieMaxAge' in this.#settings ? this.#settings.cookieMaxAge : this.#record.cookieMaxAge
  }

  set cookieMaxAge(seconds: number | undefined) {
    if (seconds !== undefined && !Number.isFinite(seconds)) {
      throw new TypeError(`Expected \`cookieMaxAge\` to be a finite number of seconds, got \`${seconds}\``)
    }
    this.#settings = { ...this.#settings, cookieMaxAge: seconds }
  }

  /**
   * Makes the session hold these attributes and no others. Only names that this view knew are deleted: what another
   * request adds meanwhile stays.
   */
  replaceData(attributes: Readonly<SessionAttributes>): void {
    for (const name of this.#view.names()) {
      if (!Object.hasOwn(attributes, name)) this.#view.delete(name)
    }
    for (const [name, value] of Object.entries(attributes)) this.#view.set(name, value)
  }

  /**
   * Saves what changed, merged with what others saved meanwhile. Resolves when the store has confirmed it, at once when
   * nothing changed. `pending`: for who has looked at it already. Rejects with `SESSION_ENDED` when the session was ended meanwhile: nothing brings it back.
   */
  save(pending?: PendingChanges): Promise<void> {
    return this.#writer.save(this, pending)
  }

  /**
   * Ends a request: writes what is to be written then, as the option `savePeriod` says, and resolves when the answer may
   * leave. `pending`: for who has looked at it already. Rejects as `save` does.
   */
  commit(pending?: PendingChanges): Promise<void> {
    return this.#writer.commit(this, pending)
  }

  /** Calls `watcher` after each assignment to an attribute, and after each deletion. For adapters. */
  watchAssignments(watcher: () => void): void {
    this.#view.watch(watcher)
  }

  /**
   * Saves what is changed by the time that its turn comes. Nobody hears of a failure: what was not saved is tried again by
   * `commit`.
   */
  saveSoon(): void {
    if (this.#isSaveWaiting) return
    this.#isSaveWaiting = true
    const saving = this.inTurn(() => {
      this.#isSaveWaiting = false
      return this.#writer.saveAssigned(this)
    })
    saving.catch(() => {})
  }

  /** @internal Whether the last save of this view failed: what it wanted may be stored all the same, or not. */
  get isUnsure(): boolean {
    return this.#hasFailed
  }

  /** Whether saves of this view are under way. */
  get isBeingSaved(): boolean {
    return this.#lastWrite !== undefined
  }

  /**
   * Changes the session atomically in the cluster: `change` gets the attributes as they are stored now, with this
   * view's unsaved changes on top, and may run again when another writer was faster. It must be synchronous. What it
   * returns is returned; what it throws rejects, and then nothing is saved. Afterwards `data` is what was stored.
   */
  update<R>(change: (data: SessionAttributes) => R): Promise<R> {
    return this.#writer.update(this, change)
  }

  /** Whether `touch` would wait for the store. */
  get isTouchUrgent(): boolean {
    return this.#writer.isTouchUrgent(this)
  }

  /**
   * Says that the session is in use, at most every `touchAfter` seconds. Does not wait for the store, which is asked in
   * the background, unless more than half of the session's interval has passed.
   */
  touch(): Promise<void> {
    return this.#writer.touch(this)
  }

  /**
   * Notes that this session belongs to `principal` from now on, under a new id, as after every log-in: an id that was
   * known before must not become one that is logged in. Data and unsaved changes are kept and saved.
   */
  signIn(principal: string, newId?: string): Promise<void> {
    return this.#writer.changeId(this, { principal, newId })
  }

  /** Gives the session a new id; data and unsaved changes are kept and saved. `newId`: default a generated one. */
  changeId(newId?: string): Promise<void> {
    return this.#writer.changeId(this, { newId })
  }

  /**
   * Ends the session everywhere. `true`: by this call; `false`: it had ended already, or was never stored. Rejects when
   * the store does not confirm it: then ask the user to try again.
   */
  end(reason: EndReason = 'invalidated'): Promise<boolean> {
    return this.#writer.end(this, reason)
  }

  /** @internal */
  get known(): { readonly record: SessionRecord; readonly token: string | undefined } {
    return { record: this.#record, token: this.#token }
  }

  /** @internal Another view of this session, of these attributes. */
  viewOf(attributes: AttributeTexts): AttributeView {
    return this.#view.of(attributes)
  }

  /** What was changed in this view, or in its settings, and is not saved. */
  pending(): PendingChanges {
    const changes = this.#view.changes()
    const settings = this.#settings
    return { changes, settings, isEmpty: changes.texts.size === 0 && Object.keys(settings).length === 0 }
  }

  /**
   * @internal Runs `task` when the writes of this view that were asked for before are settled: what they store is part of
   * what this one starts from, and no conflict. `hasWaited`: the view may have changed since the call.
   */
  inTurn<R>(task: (hasWaited: boolean) => Promise<R>): Promise<R> {
    const before = this.#lastWrite
    this.#writes++
    const running = before ? before.then(() => task(true)) : task(false)
    const settled = this.#settle(running)
    this.#lastWrite = settled
    return running
  }

  async #settle(running: Promise<unknown>): Promise<void> {
    this.#hasFailed = await running.then(
      () => false,
      () => true,
    )
    this.#writes--
    if (this.#writes === 0) this.#lastWrite = undefined
  }

  /** @internal These changes are stored, and `stored` is what they became part of. */
  saved(changes: AttributeChanges, settings: RecordSettings, stored: StoredRecord | undefined): void {
    this.#view.saved(changes)
    this.#adopt(settings, stored)
  }

  /** @internal This worker holds these changes, and writes them later. */
  deferred(changes: AttributeChanges): void {
    this.#view.saved(changes)
  }

  /** @internal The view starts afresh from `stored`, which holds these changes. */
  renewed(changes: AttributeChanges, settings: RecordSettings, stored: StoredRecord | undefined): void {
    if (stored) this.#view.reset(stored.record.attributes, changes)
    this.#adopt(settings, stored)
  }

  /** @internal It lives under another id now, with these changes. */
  renamed(id: string, changes: AttributeChanges, settings: RecordSettings, stored: StoredRecord | undefined): void {
    this.#id = id
    this.#view.transients?.move(id)
    this.#view.saved(changes)
    if (this.#settings === settings) this.#settings = {}
    if (!stored) return
    this.#record = stored.record
    this.#token = stored.token
  }

  /** @internal `stored` holds more than this view knew; what is changed here and not saved stays so. */
  refreshed(stored: StoredRecord | undefined): void {
    if (stored) this.#view.reset(stored.record.attributes, { base: this.#view.base, texts: new Map() })
    this.#adopt({}, stored)
  }

  /** @internal Whether a touch found that the session has ended: there is nothing left to keep alive. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** @internal A touch found that the session has ended. */
  over(): void {
    this.#isOver = true
  }

  /** @internal A touch was stored. */
  touched(stored: StoredRecord | undefined): void {
    this.#adopt({}, stored)
  }

  #adopt(settings: RecordSettings, stored: StoredRecord | undefined): void {
    if (this.#settings === settings) this.#settings = {}
    if (!stored || stored.record.version < this.#record.version) return
    this.#record = stored.record
    this.#token = stored.token
  }
}
