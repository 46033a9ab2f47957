import type { SessionAttributes } from '../attribute-view.ts'
import { unlessUnavailable } from '../records/store-unavailable.ts'
import { SessionError } from '../session-error.ts'
import type { PendingChanges, Session } from '../session.ts'
import { PendingWork } from './pending-work.ts'
import { RequestSession } from './request-session.ts'
import { lasts } from './response-cookie.ts'
import type { RequestSessionConfig } from './request-session.ts'
import type { SessionHost } from './session-host.ts'

/** What all requests of one middleware share. */
export interface SessionExchangeConfig extends RequestSessionConfig {
  /** Write the cookie with every response. */
  readonly rolling: boolean
  /** Store sessions that nobody put anything in. */
  readonly saveUninitialized: boolean
  /** Whether a session that the application took away from its request ends, or is only not seen any more. */
  readonly unset: 'destroy' | 'keep'
}

/** Ms from which on a request is one that a log-in beside it may have overtaken. */
const LONG = 100

/**
 * One request and its session, from the load to the cookie of the answer: what the application may ask for in between, and
 * what has to happen before the answer may leave. The same for all frameworks; what differs is the host.
 */
export class SessionExchange {
  readonly #config: SessionExchangeConfig
  readonly #host: SessionHost
  readonly #request: RequestSession
  readonly #work = new PendingWork()
  /** Once the application, or the answer, needs it. */
  #session: Session | undefined
  #isShown = false
  /** Whether the session at the end is of interest to the application, and not only to the answer. */
  #isAskedFor = true
  /** What the head waits for is under way. */
  #isCommitting = false
  #wasModified = false
  #hasEnded = false

  constructor(config: SessionExchangeConfig, host: SessionHost) {
    this.#config = config
    this.#host = host
    this.#request = new RequestSession(config, host)
  }

  /** The bare id of the request's cookie, if that is signed by us; there need not be such a session. */
  get presentedId(): string | undefined {
    return this.#request.presentedId
  }

  /** Whether the cookie would be written again, if there is such a session: another worker's, an old secret's. Asks nobody. */
  get isCookieDue(): boolean {
    const id = this.presentedId
    return id !== undefined && (this.#request.isReissueDue({ id }) || this.#request.isRouteDue)
  }

  /** Whether the load failed. Who asks for the session learns of it; an answer without it may pass. */
  get hasFailed(): boolean {
    return this.#request.hasFailed
  }

  /** Whether the application, or the answer, has had to do with the session. */
  get isShown(): boolean {
    return this.#isShown
  }

  /**
   * The request's session, ended or not; a new one where it came with none. `undefined` while that is being begun. Throws
   * what the load failed with.
   */
  get session(): Session | undefined {
    if (this.#isShown) return this.#session
    const loaded = this.#request.session
    // Before it begins: who makes its id may look at the request.
    this.#isShown = true
    if (loaded) this.show(loaded)
    else this.begin()
    return this.#session
  }

  /** The application put this session, of this exchange, in the place of the one that there was. */
  set session(session: Session) {
    this.#session = session
  }

  /** Loads the session, if the request came with one. Never rejects. */
  open(): Promise<void> | undefined {
    if (this.#request.presentedId === undefined) return undefined
    const opening = this.#request.open()
    return this.#host.found ? opening.then(() => this.#found()) : opening
  }

  /** The answer was sent, or never will be: the request does not keep its session alive any longer. */
  close(): void {
    this.#request.close()
  }

  /** A new session in place of the one that there is, which nobody hears of unless something is put in it. */
  begin(): void {
    this.#wasModified ||= this.#session !== undefined
    this.show(this.#manager.create({ id: this.#newId() }))
  }

  /** Makes `session` the one of the request. */
  show(session: Session): void {
    this.#isShown = true
    this.#session = session
    this.#hasEnded = false
    this.#request.keep(session)
    this.#host.show(session)
    if (this.#manager.savePolicy.savesAssignments) session.watchAssignments(() => this.#assigned(session))
  }

  /** Ends the session and begins another one. */
  regenerate(): Promise<void> {
    return this.#work.run(async () => {
      this.#request.assertMaySignIn()
      if (this.#session) await this.#end(this.#session)
      this.begin()
    })
  }

  /** Ends the session everywhere. The host does not leave it any more from now on. */
  destroy(session: Session): Promise<void> {
    return this.#work.run(async () => {
      // The session goes on under an id that this request does not know: nobody has been logged out.
      if (this.#request.refusal === 'renamed') this.#request.assertNotRefused()
      await this.#end(session)
    })
  }

  /** Shows the session as it is stored now. */
  reload(session: Session): Promise<void> {
    return this.#work.run(async () => {
      const opened = await this.#manager.open(session.id)
      if (opened.kind !== 'live') throw new Error('failed to load session')
      this.show(opened.session)
    })
  }

  /** Saves the session now. */
  save(session: Session): Promise<void> {
    return this.#work.run(async () => {
      this.#host.note(session)
      const pending = session.pending()
      if (!pending.isEmpty || session.isNew) this.#request.assertNotRefused()
      if (session.isNew) this.#assertMayBegin()
      this.#wasModified ||= pending.changes.texts.size > 0
      await session.save(pending)
    })
  }

  /** Changes the session atomically in the cluster. */
  update<R>(session: Session, change: (data: SessionAttributes) => R): Promise<R> {
    return this.#work.run(async () => {
      this.#request.assertNotRefused()
      if (session.isNew) this.#assertMayBegin()
      this.#host.note(session)
      this.#wasModified = true
      return session.update(change)
    })
  }

  /** Notes that the session belongs to `principal`, under a new id. */
  signIn(session: Session, principal: string): Promise<void> {
    return this.#work.run(async () => {
      this.#request.assertMaySignIn()
      await this.#rename(session, (id) => session.signIn(principal, id))
    })
  }

  /** Gives the session a new id. */
  changeId(session: Session): Promise<void> {
    return this.#work.run(async () => {
      this.#request.assertNotRefused()
      await this.#rename(session, (id) => session.changeId(id))
    })
  }

  /**
   * Something that the application asked for failed, and nobody else was told: the answer will. `isHeard`: whether somebody
   * is told after all, as is known when the answer leaves.
   */
  unheard(error: unknown, isHeard?: () => boolean): void {
    this.#work.fail(error, isHeard)
  }

  /** What the cookie of `session` carries: its id, perhaps with the worker's name, and the signature. */
  signedId(session: Session): string {
    return this.#request.signed(session)
  }

  /** Whether the present session was ended by this request, and may be followed by another one. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** What the application asked for and may not have waited for: the answer does. Throws, or rejects, what failed. */
  settled(): Promise<void> | undefined {
    return this.#work.settled()
  }

  /**
   * What has to be confirmed before the answer's head may leave: saves, and writes the cookie. `undefined`: nothing, and
   * it is done. Throws, or rejects with, what must not be answered as if it had been saved.
   */
  commitHead(): Promise<void> | undefined {
    const left = this.#host.left()
    if (!this.#isShown && !this.#isNeeded(left)) {
      const loaded = this.#request.session
      const using = loaded && this.#used(loaded, true)
      return this.#manager.savePolicy.savesUnchanged ? using : using?.catch(unlessUnavailable)
    }
    this.#isAskedFor = this.#isShown || left === null
    const committed = this.#commit(left === undefined ? this.session : left, true)
    if (committed) return this.#committing(this.#isAskedFor ? committed : committed.catch(unlessUnavailable))
    this.#clearIfEnded()
    return undefined
  }

  /** As `commitHead`, when the head has left and the rest of the answer ends: what was changed meanwhile. */
  commitRest(): Promise<void> | undefined {
    if (!this.#isShown) return undefined
    const left = this.#host.left()
    // It was to begin for the answer's sake, and could not.
    const isUnasked = left?.isNew === true && !this.#isAskedFor && left.pending().changes.texts.size === 0
    return isUnasked ? undefined : this.#commit(left, false)
  }

  async #committing(work: Promise<void>): Promise<void> {
    this.#isCommitting = true
    try {
      await work
    } finally {
      this.#isCommitting = false
    }
    this.#clearIfEnded()
  }

  #found(): void {
    if (this.#request.hasFailed) return
    const { session } = this.#request
    try {
      if (this.#host.found?.(session) === false) this.#request.adopt(undefined)
    } catch (error) {
      this.#request.fail(error)
    }
  }

  /** Whether the answer needs a session that the application did not look at. */
  #isNeeded(left: Session | null | undefined): boolean {
    const { saveUninitialized, unset } = this.#config
    if (left === null) return unset === 'destroy'
    const loaded = this.#request.session
    if (!loaded) return saveUninitialized && this.#request.refusal === undefined
    return this.#isRenewalDue(loaded) || this.#request.isReissueDue(loaded) || this.#request.isRouteDue
  }

  #commit(left: Session | null | undefined, isHead: boolean): Promise<void> | undefined {
    if (!left) return this.#unset()
    const isOver = !this.#host.note(left, 'use')
    const pending = left.pending()
    this.#wasModified ||= pending.changes.texts.size > 0
    if (this.#request.refusal !== undefined) {
      // It is none any more since a moment ago: nothing can be changed, and no cookie is set.
      if (pending.changes.texts.size > 0) this.#request.assertNotRefused()
      return undefined
    }
    if (left.isNew && !this.#wasModified && !this.#config.saveUninitialized) return undefined
    if (left.isNew && !left.isBeingSaved && this.#host.isAborted === true) return undefined
    const isBeingSaved = left.isBeingSaved
    if (isOver && (!left.isNew || isBeingSaved)) return this.#end(left)
    if (!isOver && (!pending.isEmpty || left.isNew || isBeingSaved)) return this.#saved(left, pending, isHead)
    if (isHead && this.#isOldRenewal(left)) return this.#renewed(left)
    if (isHead) this.#issueIfDue(left)
    return this.#used(left, isHead)
  }

  /** Whether the cookie would only be written again, by a request that has taken so long that there may be another one by now. */
  #isOldRenewal(session: Session): boolean {
    if (this.#request.age < LONG || this.#wasModified || !this.#isRenewalDue(session)) return false
    return this.#request.presentedId === session.id
  }

  /**
   * Writes the cookie again if it is still one: after a log-in or a log-out the browser has another, or none. One that says
   * what it said, until the browser closes, would tell it nothing new.
   */
  async #renewed(session: Session): Promise<void> {
    const isNews = lasts(this.#host.flagsOf(session)) || this.#request.isReissueDue(session) || this.#request.isRouteDue
    if (isNews && !this.#manager.hasLeft(session.id)) {
      const opened = await this.#manager.open(session.id).catch(unlessUnavailable)
      if (opened?.kind === 'live') this.#issueIfDue(session)
    }
    await this.#used(session, true)
  }

  /** An attribute was assigned, or deleted. What the end of the request would refuse is left to that. */
  #assigned(session: Session): void {
    const mayBegin = !session.isNew || this.#host.isHeadOpen
    if (this.#request.refusal !== undefined || this.#request.kept !== session || !mayBegin) return
    if (!this.#host.note(session)) return
    this.#wasModified = true
    session.saveSoon()
  }

  /** Says that the session was used, though not changed. `undefined`: nobody has to wait for that. */
  #used(session: Session, isHead: boolean): Promise<void> | undefined {
    return isHead && this.#manager.savePolicy.savesUnchanged ? session.commit() : touched(session)
  }

  async #saved(session: Session, pending: PendingChanges, isHead: boolean): Promise<void> {
    if (session.isNew) this.#assertHeadOpen()
    try {
      await session.commit(pending)
    } catch (error) {
      // Somebody ended the session meanwhile: the change is dropped, and the cookie may be a later log-in's.
      if (error instanceof SessionError && error.code === 'SESSION_ENDED') return
      throw error
    }
    if (isHead) this.#issueIfDue(session)
  }

  #unset(): Promise<void> | undefined {
    if (this.#config.unset !== 'destroy') return undefined
    // The session goes on under an id that this request does not know: it cannot be ended here.
    if (this.#request.refusal === 'renamed') this.#request.assertNotRefused()
    const { session } = this
    if (!session || this.#request.kept !== session) return undefined
    // What the browser shows is none, and the application wants none.
    if (session.isNew && this.#request.refusal === undefined) this.#hasEnded = true
    return this.#end(session)
  }

  async #end(session: Session): Promise<void> {
    if (this.#request.kept === session) this.#request.keep(undefined)
    if (session.isNew && !session.isBeingSaved) return
    try {
      await session.end()
    } catch (error) {
      // Refused here from now on, and ended when the cluster is back; though nobody can say so yet.
      if (this.#session === session) this.#hasEnded = this.#manager.isEndNoted(session.id)
      throw error
    }
    // Another one may have begun meanwhile.
    if (this.#session === session) this.#hasEnded = true
    // It was taken away there when it was moved. In case that failed; whether this does decides nothing.
    this.#config.imports?.end(session.id).catch(() => {})
  }

  async #rename(session: Session, rename: (id: string) => Promise<void>): Promise<void> {
    this.#assertMayBegin()
    this.#host.note(session)
    this.#wasModified = true
    await rename(this.#newId())
  }

  #issueIfDue(session: Session): void {
    const flags = this.#host.flagsOf(session)
    if (flags.secure === true && !this.#host.isSecure) return
    const isOther = this.#request.presentedId !== session.id
    const isNews = this.#wasModified && (lasts(flags) || this.#host.announcesChanges === true)
    const isRenewed = this.#isRenewalDue(session) || isNews
    if (isOther || isRenewed || this.#request.isReissueDue(session)) this.#request.issue(session, flags)
    else this.#request.issueRoute(flags)
  }

  #isRenewalDue(session: Session): boolean {
    return this.#config.rolling || this.#host.isRenewalDue?.(session) === true
  }

  /** What the browser has is of no use any more, and would be refused for half a minute. */
  #clearIfEnded(): void {
    if (this.#hasEnded && this.#session && this.#request.presentedId !== undefined) {
      this.#request.clear(this.#host.flagsOf(this.#session))
    }
  }

  #newId(): string {
    return this.#host.newId() ?? this.#manager.idPolicy.generate()
  }

  /** For what the application asks: while the head is committed its cookies are decided about. */
  #assertMayBegin(): void {
    this.#assertHeadOpen(!this.#isCommitting || this.#host.commitsHeadOnce !== true)
  }

  #assertHeadOpen(isOpen = true): void {
    if (isOpen && this.#host.isHeadOpen) return
    throw new SessionError(
      'HEADERS_SENT',
      'A session that the browser does not know yet cannot begin now: the response headers have been sent, or the answer tells ' +
        'that a save has failed.',
    )
  }

  get #manager(): RequestSessionConfig['manager'] {
    return this.#config.manager
  }
}

/** Says that the session is in use. `undefined`: nobody has to wait for that. */
function touched(session: Session): Promise<void> | undefined {
  const isUrgent = session.isTouchUrgent
  const touching = session.touch()
  if (isUrgent) return touching
  touching.catch(() => {})
  return undefined
}
