import type { Session } from '../session.ts'
import { hiddenField } from './hidden-field.ts'

/** What a session object stands for. No literal: see `HiddenValue`. */
export class SurfaceParts<Owner = unknown> {
  /** The request that shows it. */
  readonly owner: Owner
  readonly view: Session
  /** Whether the application said how long the session lives. */
  hasOwnInterval = false

  constructor(owner: Owner, view: Session) {
    this.owner = owner
    this.view = view
  }
}

/**
 * The session objects that an adapter shows to applications, and what each stands for. Not properties of them: those are
 * the application's.
 */
export class SessionSurfaces<Surface extends object, Parts extends SurfaceParts> {
  readonly #field = hiddenField<Parts>()

  add(surface: object, parts: Parts): void {
    this.#field.add(surface, parts)
  }

  /** Whether this is a session object of the adapter's. */
  has(value: unknown): value is Surface {
    return typeof value === 'object' && value !== null && this.#field.of(value) !== undefined
  }

  /** Of a session, or of what inherits from one. `undefined` for a prototype, which somebody may look at. */
  find(surface: object): Parts | undefined {
    const own = this.#field.of(surface)
    if (own) return own
    const parent: unknown = Object.getPrototypeOf(surface)
    return typeof parent === 'object' && parent !== null ? this.find(parent) : undefined
  }

  /** Throws a TypeError for an object that is no session: a method was called without one. */
  partsOf(surface: object): Parts {
    const found = this.find(surface)
    if (!found) throw new TypeError('This method belongs to a session and cannot be called without it.')
    return found
  }

  viewOf(surface: Surface): Session {
    return this.partsOf(surface).view
  }

  /** Whether the application said how long this session lives. */
  hasOwnInterval(surface: Surface): boolean {
    return this.partsOf(surface).hasOwnInterval
  }

  /** The application says how long this session lives, whatever its cookie does. Throws as `Session` does. */
  setInterval(surface: object, seconds: number): void {
    const parts = this.partsOf(surface)
    parts.view.maxInactiveInterval = seconds
    parts.hasOwnInterval = true
  }
}
