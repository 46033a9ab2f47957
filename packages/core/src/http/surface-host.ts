import type { ServerResponse } from 'node:http'
import type { SessionAttributes } from '../attribute-view.ts'
import type { Session } from '../session.ts'
import { NodeSessionHost } from './node-session-host.ts'
import type { SessionExchangeConfig } from './session-exchange.ts'
import type { SessionSurfaces, SurfaceParts } from './session-surfaces.ts'

/** The property of a request in which an adapter shows the session. */
export interface SurfaceProperty<Surface extends object> {
  /** For errors: `req.session`. */
  readonly name: string
  readonly surfaces: SessionSurfaces<Surface, SurfaceParts>
  /** What it is while the session is being begun: who makes its id may look at what the request has. */
  unbegun(): object | undefined
  /** What it is when this request has ended its session. */
  readonly gone: null | undefined
}

/**
 * A host whose request has the session as a property, in whose place an application may put something else: a session object
 * that it had before, or none.
 */
export abstract class SurfaceHost<Surface extends object> extends NodeSessionHost {
  readonly #property: SurfaceProperty<Surface>
  /** What the property is, once there is a session. */
  #object: unknown
  /** What this request has shown last. Not in an array with the others, which would be a literal: see `HiddenValue`. */
  #latest: Surface | undefined
  /** What it has shown before that: hardly ever anything. */
  #earlier: Surface[] | undefined

  constructor(
    config: SessionExchangeConfig,
    property: SurfaceProperty<Surface>,
    cookieHeader: string | undefined,
    res: ServerResponse | undefined,
  ) {
    super(config, cookieHeader, res)
    this.#property = property
  }

  /** A session object for `view`. */
  protected abstract makeSurface(view: Session): Surface

  /** What stands in the place of the session; `undefined` while there is none yet. */
  protected get object(): unknown {
    return this.#object
  }

  /** What the property is. Throws what the load failed with, to whom an answer can still tell of it. */
  get session(): unknown {
    // Who logs what was answered is not the one to fail.
    if (this.exchange.hasFailed && this.isHeadSent) return this.#property.unbegun()
    return this.exchange.session ? this.#object : this.#property.unbegun()
  }

  set session(value: unknown) {
    // A session that could not be loaded stays so, whatever is put in its place.
    if (this.exchange.hasFailed || !this.exchange.session) return
    this.#object = value
    if (this.#property.surfaces.has(value)) this.exchange.session = this.#known(value)
  }

  destroy(surface: Surface): Promise<void> {
    if (this.#object === surface) this.#object = this.#property.gone
    return this.exchange.destroy(this.#property.surfaces.viewOf(surface))
  }

  reload(surface: Surface): Promise<void> {
    return this.exchange.reload(this.#property.surfaces.viewOf(surface))
  }

  save(surface: Surface): Promise<void> {
    return this.exchange.save(this.#property.surfaces.viewOf(surface))
  }

  update<R>(surface: Surface, change: (data: SessionAttributes) => R): Promise<R> {
    return this.exchange.update(this.#property.surfaces.viewOf(surface), change)
  }

  signIn(surface: Surface, principal: string): Promise<void> {
    return this.exchange.signIn(this.#property.surfaces.viewOf(surface), principal)
  }

  signOut(surface: Surface): Promise<void> {
    return this.destroy(surface)
  }

  changeId(surface: Surface): Promise<void> {
    return this.exchange.changeId(this.#property.surfaces.viewOf(surface))
  }

  protected override present(view: Session): void {
    const surface = this.makeSurface(view)
    this.#noteShown(surface)
    this.#object = surface
  }

  /** The session that the application has left as `value`, null for none. Throws a TypeError for what is no session. */
  protected leftAs(value: unknown): Session | null {
    if (value === null || value === undefined) return null
    if (this.#property.surfaces.has(value)) return this.#known(value)
    throw new TypeError(`Expected \`${this.#property.name}\` to be a session or null at the end of a request`)
  }

  protected surfaceOf(view: Session): Surface {
    const isOfView = (shown: Surface): boolean => this.#property.surfaces.viewOf(shown) === view
    const surface = this.#latest && isOfView(this.#latest) ? this.#latest : this.#earlier?.findLast(isOfView)
    if (!surface) throw new TypeError('Expected a session that this request has shown')
    return surface
  }

  /** The view behind a session object, which may have come here from elsewhere. */
  #known(surface: Surface): Session {
    if (this.#latest !== surface && this.#earlier?.includes(surface) !== true) this.#noteShown(surface)
    return this.#property.surfaces.viewOf(surface)
  }

  #noteShown(surface: Surface): void {
    if (this.#latest) (this.#earlier ??= []).push(this.#latest)
    this.#latest = surface
  }
}
