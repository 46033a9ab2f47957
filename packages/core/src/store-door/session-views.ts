import type { Session } from '../session.ts'

/**
 * Which view of a record each of a library's session objects was made from: what it is compared with when it is saved,
 * so that only what it changed is written. An object without a view is one that we have not made.
 */
export class SessionViews {
  readonly #shownAs: (owner: object) => Session | undefined
  readonly #views = new WeakMap<object, Session>()
  readonly #generated = new WeakSet<object>()

  /** `shownAs`: what a session object of our own shows, which needs no noting. */
  constructor(shownAs: (owner: object) => Session | undefined) {
    this.#shownAs = shownAs
  }

  of(owner: object): Session | undefined {
    return this.#views.get(owner) ?? this.#shownAs(owner)
  }

  set(owner: object, view: Session): void {
    this.#views.set(owner, view)
    this.#generated.delete(owner)
  }

  /** The library has just made this session with a new id, so nothing can be stored under it. */
  markGenerated(owner: object): void {
    this.#generated.add(owner)
  }

  isGenerated(owner: object): boolean {
    return this.#generated.has(owner)
  }
}
