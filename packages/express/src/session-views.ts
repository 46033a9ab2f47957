import type { Session } from '@hazelcast-session/core'

/**
 * Which view of a record each of the library's session objects was made from: what it is compared with when it is saved,
 * so that only what it changed is written. An object without a view is one that we have not made.
 */
export class SessionViews {
  readonly #views = new WeakMap<object, Session>()
  readonly #generated = new WeakSet<object>()

  of(session: object): Session | undefined {
    return this.#views.get(session)
  }

  set(session: object, view: Session): void {
    this.#views.set(session, view)
    this.#generated.delete(session)
  }

  /** The library has just made this session with a new id, so nothing can be stored under it. */
  markGenerated(session: object): void {
    this.#generated.add(session)
  }

  isGenerated(session: object): boolean {
    return this.#generated.has(session)
  }
}
