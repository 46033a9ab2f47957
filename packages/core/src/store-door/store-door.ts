import type { SessionAttributes } from '../attribute-view.ts'
import { isSet } from '../options/environment-options.ts'
import type { SessionManagerOptions } from '../options/session-manager-options.ts'
import type { EndReason } from '../records/session-record.ts'
import { resolveOptions } from '../options/resolve-options.ts'
import type { OptionsExtension } from '../options/resolve-options.ts'
import { SavePolicy } from '../save-policy.ts'
import { SessionError } from '../session-error.ts'
import { SessionManager } from '../session-manager.ts'
import type { Session } from '../session.ts'
import { LibraryAttributes } from './library-attributes.ts'
import { SessionViews } from './session-views.ts'

/** Options of every `HazelcastStore`. */
export interface StoreDoorOptions extends SessionManagerOptions {
  /** A manager that the application has already, in place of every other option. It is then not closed by the store. */
  readonly manager?: SessionManager | undefined
}

/** Ms within which a save that follows a failed one is the library's own, at the end of the same response. */
const SAME_RESPONSE = 1000
/** How many sessions `clear` ends at a time. */
const CLEAR_WIDTH = 32

/**
 * What the stores for session libraries do alike. A store gives its library plain objects, and remembers by the `owner`,
 * an object that the library keeps for as long as it may save (its session, its request), which view of a record they came
 * from: so that only what was changed since is saved, and what others changed meanwhile stays.
 */
export class StoreDoor {
  readonly manager: SessionManager
  readonly #ownsManager: boolean
  readonly #attributes: LibraryAttributes
  readonly #views: SessionViews
  /**
   * Saves that failed: libraries save again at the end of the response that tells of it, and would wait for the store a
   * second time.
   */
  readonly #failures = new WeakMap<object, { readonly error: unknown; readonly at: number }>()

  /**
   * `sticky` is off unless it is given, here or in the environment. Throws `INVALID_OPTION`.
   *
   * @param isHidden whether the library's session object has this name for something else than an attribute
   * @param shownAs what a session object of the other door shows; by default there are none
   */
  constructor(
    options: StoreDoorOptions,
    isHidden: (name: string) => boolean,
    shownAs: (owner: object) => Session | undefined = () => undefined,
  ) {
    const { manager, ...own } = options
    this.#views = new SessionViews(shownAs)
    if (manager) assertNone(own)
    this.#attributes = new LibraryAttributes(isHidden)
    this.#ownsManager = manager === undefined
    this.manager = manager ?? managerOf({ ...own, sticky: own.sticky ?? stickyByDefault() })
  }

  /** Closes the manager, unless it was given. */
  async close(): Promise<void> {
    if (this.#ownsManager) await this.manager.close()
  }

  /**
   * The record's key: of an id that `hazelcastSession` gave out with a worker's name behind it, without that. So an
   * application may go from one door to the other and back.
   */
  keyOf(sid: string): string {
    // Tools ask with what a request has, which may be nothing.
    if (typeof sid !== 'string') return ''
    const { idPolicy } = this.manager
    const { id } = idPolicy.parse(sid)
    return idPolicy.isGenerated(id) ? id : sid
  }

  /** Notes that `owner` shows `view`. */
  know(owner: object, view: Session): void {
    this.#views.set(owner, view)
  }

  /** What `owner` shows, if it is known. */
  viewOf(owner: object): Session | undefined {
    return this.#views.of(owner)
  }

  /** The library has just made the session of `owner` with a new id, so nothing can be stored under it. */
  markGenerated(owner: object): void {
    this.#views.markGenerated(owner)
  }

  /**
   * What `show` makes of the live session with this id and of its attributes. `undefined`: there is none, or one that
   * cannot be read.
   */
  async read<T>(sid: string, show: (view: Session, attributes: SessionAttributes) => T): Promise<T | undefined> {
    const found = await this.manager.open(this.keyOf(sid))
    if (found.kind !== 'live') return undefined
    try {
      return show(found.session, this.#attributes.of(found.session))
    } catch (error) {
      if (!(error instanceof SessionError) || error.code !== 'RECORD_UNREADABLE') throw error
      this.manager.noteUnreadable(error)
      return undefined
    }
  }

  /** The view that `owner` came from; for one that we have not made, a fresh one of what is stored, if anything is. */
  async view(sid: string, owner: object): Promise<Session | undefined> {
    const known = this.#views.of(owner)
    const key = this.keyOf(sid)
    if (known?.id === key) return known
    if (this.#views.isGenerated(owner)) return undefined
    const loaded = await this.manager.load(key)
    if (loaded) this.#views.set(owner, loaded)
    return loaded
  }

  /** As `view`; where nothing is stored, a new session, which is stored with its first save. */
  async viewOrNew(sid: string, owner: object): Promise<Session> {
    const found = await this.view(sid, owner)
    if (found) return found
    const begun = this.manager.create({ id: this.keyOf(sid) })
    this.#views.set(owner, begun)
    return begun
  }

  /** Makes the view hold what the library's session holds. */
  take(view: Session, session: object): void {
    this.#attributes.take(view, session)
  }

  /** Says that a session is in use, and saves what `view` has to save, if it has anything and that is due (`savePeriod`). */
  async touch(view: Session): Promise<void> {
    await view.commit().catch(unlessEnded)
  }

  /**
   * Saves what `view` has to save. A session that was ended meanwhile stays ended (event `lateWrite`). `late`: whether that
   * is an error, for libraries that answer only afterwards, and would set the cookie of the ended session again.
   */
  async save(view: Session, owner: object, late: 'drop' | 'fail' = 'drop'): Promise<void> {
    const failure = this.#failures.get(owner)
    this.#failures.delete(owner)
    if (failure && Date.now() - failure.at < SAME_RESPONSE) throw failure.error
    try {
      await (late === 'drop' ? this.touch(view) : view.commit())
    } catch (error) {
      this.#failures.set(owner, { error, at: Date.now() })
      throw error
    }
  }

  /** Changes the session atomically; afterwards the library's `session`, which `view` holds already, shows what is stored. */
  async update<R>(view: Session, session: object, change: (data: SessionAttributes) => R): Promise<R> {
    const before = this.#attributes.of(view)
    const result = await view.update(change)
    this.#attributes.show(view, session, before)
    return result
  }

  /** Ends a session, of which `owner` may have a view. `true`: by this call; `false`: it had ended already. */
  async end(sid: string, reason: EndReason = 'invalidated', owner?: object): Promise<boolean> {
    const key = this.keyOf(sid)
    const view = owner && this.#views.of(owner)
    return view?.id === key && !view.isNew ? view.end(reason) : this.manager.end(key, reason)
  }

  /** What `show` makes of every live session. Reads the whole map. */
  async all<T>(show: (view: Session, attributes: SessionAttributes) => T): Promise<T[]> {
    const shown: T[] = []
    for await (const view of this.manager.sessions()) shown.push(show(view, this.#attributes.of(view)))
    return shown
  }

  /** The ids of all live sessions. Reads the whole map. */
  async ids(): Promise<string[]> {
    const ids: string[] = []
    for await (const view of this.manager.sessions()) ids.push(view.id)
    return ids
  }

  /** Ends every session. */
  async clear(): Promise<void> {
    const ids = await this.ids()
    while (ids.length > 0) await Promise.all(ids.splice(0, CLEAR_WIDTH).map((id) => this.manager.end(id)))
  }
}

/** The library's cookie names no worker, so nothing binds its sessions to one. `undefined`: the environment says it. */
function stickyByDefault(): false | undefined {
  return isSet('sticky', process.env) ? undefined : false
}

/** Throws `INVALID_OPTION`, also for what a store cannot do. */
function managerOf(options: SessionManagerOptions): SessionManager {
  resolveOptions(options, process.env, STORES)
  return new SessionManager(options)
}

/** What the options of a store must not ask for. */
const STORES: OptionsExtension<object> = {
  fields: {},
  readings: {},
  contradictions: ({ savePeriod, deferredWrite }) => {
    if (!SavePolicy.of(savePeriod, deferredWrite).savesAssignments) return []
    const said = savePeriod === undefined ? '`deferredWrite: false`' : "`savePeriod: 'attribute'` (-2)"
    return [
      `${said}: a store is told of a session at the end of its request, and not of each assignment. Expected another ` +
        'mode, or the middleware `hazelcastSession` in place of a store',
    ]
  },
}

/** Throws `INVALID_OPTION` for options that a given manager would not hear of. */
function assertNone(options: object): void {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  if (given.length === 0) return
  const names = given.map(([name]) => `\`${name}\``).join(', ')
  throw new SessionError(
    'INVALID_OPTION',
    `${names}: expected no other option beside \`manager\`; give it to the manager`,
  )
}

/** What came after the end of its session is dropped; the manager has told of it. */
function unlessEnded(error: unknown): void {
  if (!(error instanceof SessionError) || error.code !== 'SESSION_ENDED') throw error
}
