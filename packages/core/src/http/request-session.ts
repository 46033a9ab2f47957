import type { EndReason } from '../records/session-record.ts'
import { SessionError } from '../session-error.ts'
import type { OpenedSession, SessionManager } from '../session-manager.ts'
import type { Session } from '../session.ts'
import { OpenRequest } from './open-requests.ts'
import { cookieValues } from './cookie-header.ts'
import type { HttpExchange } from './http-exchange.ts'
import type { CookieFlags } from './response-cookie.ts'
import type { SessionCookie } from './session-cookie.ts'
import type { SessionImport } from './session-import.ts'
import type { VerifiedValue } from './verified-values.ts'

/** What all requests of one application share. */
export interface RequestSessionConfig {
  readonly manager: SessionManager
  readonly cookie: SessionCookie
  /** Name of a plain cookie that carries the worker's name, in place of a suffix of the id. */
  readonly routeCookie: string | undefined
  /** Where sessions are taken over from. */
  readonly imports: SessionImport | undefined
}

/** Ms for which a browser may be about to learn of a log-in or a log-out from another answer. */
const RECENT = 30_000

/**
 * The session of one request: from the cookie it came with to the cookie its answer carries. What the application sees of
 * it is the adapter's business.
 */
export class RequestSession {
  readonly #config: RequestSessionConfig
  readonly #exchange: HttpExchange
  readonly #presented: VerifiedValue | undefined
  #presentedWorker: string | undefined
  #presentedId: string | undefined
  #openedAt = 0
  #session: Session | undefined
  #kept: Session | undefined
  readonly #open = new OpenRequest()
  #hasEnded = false
  #isClosed = false
  #refusal: EndReason | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(config: RequestSessionConfig, exchange: HttpExchange) {
    this.#config = config
    this.#exchange = exchange
    this.#presented = config.cookie.read(exchange.cookieHeader)
    if (this.#presented === undefined) return
    const { id, workerName } = config.manager.idPolicy.parse(this.#presented.value)
    this.#presentedId = id
    this.#presentedWorker = this.#routedTo() ?? workerName
  }

  /** The bare id of the request's cookie, if that is signed by us; there need not be such a session. */
  get presentedId(): string | undefined {
    return this.#presentedId
  }

  /** The session that the request came with. Throws what the load failed with: only who asks for it learns of that. */
  get session(): Session | undefined {
    if (this.#failure) throw this.#failure.error
    return this.#session
  }

  /**
   * Why the session that the request came with is none any more, if that was just now: its id changed, or somebody
   * logged out. The browser is about to learn of it, and must not be told something else by this answer.
   */
  get refusal(): EndReason | undefined {
    return this.#refusal
  }

  /** Whether the load failed, without throwing what it failed with. */
  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  /** Whether the id of the request's cookie is of a session that ended, however long ago. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** The session that this request keeps alive while it is under way. */
  get kept(): Session | undefined {
    return this.#kept
  }

  /** Makes a session that was found elsewhere the one that the request came with; `undefined`: it came with none. */
  adopt(session: Session | undefined): void {
    this.#session = session
    this.keep(session)
  }

  /** Notes that the session could not be loaded from elsewhere: who asks for it learns of that. */
  fail(error: unknown): void {
    this.#failure = { error }
  }

  /** Keeps this session alive until `close`, in place of the one that the request came with; `undefined`: none. */
  keep(session: Session | undefined): void {
    this.#kept = session
    if (this.#isClosed) return
    this.#open.kept = session
    if (session) this.#config.manager.openRequests.add(this.#open)
  }

  /** The response has been sent, or never will be. */
  close(): void {
    this.#isClosed = true
    this.#open.kept = undefined
    this.#config.manager.openRequests.delete(this.#open)
  }

  /** Loads the session, if the request came with one. Never rejects. */
  async open(): Promise<void> {
    if (this.#presented === undefined || this.#presentedId === undefined) return
    try {
      let opened = await this.#look(this.#presentedId)
      if (opened.kind === 'none' && this.#presentedId !== this.#presented.value) {
        // An id of somebody else's making may have a dot of its own.
        opened = await this.#look(this.#presented.value)
        if (opened.kind !== 'none') this.#presentsWhole(this.#presented.value)
      }
      if (opened.kind === 'live') this.#opened(opened.session)
      else if (opened.kind === 'ended') this.#ended(opened)
      else if (this.#config.imports) this.adopt(await this.#taken(this.#config.imports, this.#presented.value))
      this.#openedAt = performance.now()
    } catch (error) {
      this.#failure = { error }
    }
  }

  /** Ms since the session was looked for. */
  get age(): number {
    return performance.now() - this.#openedAt
  }

  /** Throws when this request may not begin or change a session, because its own was just ended or renamed. */
  assertNotRefused(): void {
    if (this.#refusal === undefined) return
    const renamed = this.#refusal === 'renamed'
    throw new SessionError(
      renamed ? 'SESSION_RENAMED' : 'SESSION_ENDED',
      `The session of this request was ${renamed ? 'given a new id' : 'ended'} by another request a moment ago. Nothing was ` +
        'saved and no cookie was set, so that the browser keeps the cookie of that request. Repeat this one.',
    )
  }

  /** A log-in may begin anew where somebody logged out just now; not where somebody else logged in. */
  assertMaySignIn(): void {
    if (this.#refusal === 'renamed') this.assertNotRefused()
    this.#refusal = undefined
  }

  /** Whether the cookie the request came with should be written again: another worker, an old secret, another form. */
  isReissueDue(session: Pick<Session, 'id'>): boolean {
    if (this.#presented === undefined || this.#presentedId !== session.id) return false
    return !this.#presented.isCurrent || this.#value(session) !== this.#presented.value
  }

  /** What the cookie for `session` carries, signed. */
  signed(session: Session): string {
    return this.#config.cookie.sign(this.#value(session))
  }

  /** Writes the cookie for `session`, and the route cookie where there is one. */
  issue(session: Session, flags: CookieFlags): void {
    this.#exchange.setCookie(this.#config.cookie.write(this.#value(session), flags, this.#presented))
    this.issueRoute(flags)
  }

  /** Whether the request came without the route cookie, or with another worker's. */
  get isRouteDue(): boolean {
    const { routeCookie, manager } = this.#config
    if (routeCookie === undefined || !manager.isSticky || manager.isDraining) return false
    return this.#routedTo() !== manager.worker.name
  }

  /** Writes the route cookie if the request came without it, or with another worker's. */
  issueRoute(flags: CookieFlags): void {
    const { routeCookie, manager } = this.#config
    if (routeCookie === undefined || !this.isRouteDue) return
    const { expires: _, maxAge: __, ...own } = flags
    this.#exchange.setCookie({ name: routeCookie, value: manager.worker.name, flags: { ...own, httpOnly: true } })
  }

  /** Makes the browser forget the cookie. */
  clear(flags: CookieFlags): void {
    this.#exchange.setCookie(this.#config.cookie.clear(flags))
  }

  async #look(id: string): Promise<OpenedSession> {
    const { manager } = this.#config
    try {
      return await manager.open(id, this.#presentedWorker)
    } catch (error) {
      // Ended just while its change of id was completed: that has been found out, not asked for.
      if (error instanceof SessionError && error.code === 'SESSION_ENDED') return manager.open(id)
      throw error
    }
  }

  /** Of the store of before, whose ids may have dots, and carried no worker's name. */
  async #taken(imports: SessionImport, whole: string): Promise<Session | undefined> {
    const id = this.#presentedId
    const taken = await imports.take(whole)
    if (taken) this.#presentsWhole(whole)
    return taken ?? (id === undefined || id === whole ? undefined : imports.take(id))
  }

  /** What the cookie carries is the id, and no worker's name behind it. */
  #presentsWhole(value: string): void {
    this.#presentedId = value
    this.#presentedWorker = this.#routedTo()
  }

  #opened(session: Session): void {
    this.adopt(session)
    const { manager } = this.#config
    const isForeign = this.#presentedWorker !== undefined && this.#presentedWorker !== manager.worker.name
    if (manager.isSticky && isForeign && !manager.isDraining) manager.announceTakeOver(session)
  }

  #ended({ reason, isRecent }: OpenedSession & { kind: 'ended' }): void {
    this.#hasEnded = true
    if ((reason === 'renamed' || reason === 'invalidated') && isRecent(RECENT)) this.#refusal = reason
  }

  /** The cookie's value: the id, and behind it the worker that is to get the next request. */
  #value(session: Pick<Session, 'id'>): string {
    const { manager, routeCookie } = this.#config
    const { idPolicy, worker, isSticky, isDraining } = manager
    if (!isSticky || routeCookie !== undefined) return session.id
    if (!isDraining) return idPolicy.qualify(session.id, worker.name)
    // A worker that drains keeps nobody, and leaves those alone that are another's.
    const foreign = this.#presentedWorker === worker.name ? undefined : this.#presentedWorker
    return idPolicy.qualify(session.id, session.id === this.#presentedId ? foreign : undefined)
  }

  #routedTo(): string | undefined {
    const { routeCookie } = this.#config
    return routeCookie === undefined ? undefined : cookieValues(this.#exchange.cookieHeader, routeCookie)[0]
  }
}
