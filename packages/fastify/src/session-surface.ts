import { inspect } from 'node:util'
import type { FastifySessionObject } from '@fastify/session'
import type { Session } from '@hazelcast-session/core'
import {
  SessionSurfaces,
  SurfaceParts,
  addedMethods,
  surfacePrototype,
  tellOutcome,
} from '@hazelcast-session/core/adapter'
import type { AddedMethodsOwner, Callback } from '@hazelcast-session/core/adapter'
import { SurfaceCookie } from './surface-cookie.ts'
import type { CookieTerms } from './surface-cookie.ts'

/** What a session object asks of the request it belongs to. */
export interface SurfaceOwner extends AddedMethodsOwner<Surface> {
  /** `sessionStore` of the request. */
  readonly store: object
  /** What the cookie of this session carries, without a prefix. */
  signedId(surface: object): string
  regenerate(surface: Surface, keys: readonly string[]): Promise<void>
  destroy(surface: Surface): Promise<void>
  reload(surface: Surface): Promise<void>
  save(surface: Surface): Promise<void>
  /** The cookie of the present session with these terms, and those that it had. */
  cookieWith(terms: CookieTerms): SurfaceCookie
}

/** `request.session`, as @fastify/session's types know it, with the cookie of ours. */
export type Surface = FastifySessionObject

class Parts extends SurfaceParts<SurfaceOwner> {
  cookie: SurfaceCookie

  constructor(owner: SurfaceOwner, view: Session, cookie: SurfaceCookie) {
    super(owner, view)
    this.cookie = cookie
  }
}

export const surfaces: SessionSurfaces<Surface, Parts> = new SessionSurfaces()

function tell(surface: Surface, work: Promise<void>, callback: Callback | undefined): Promise<void> | undefined {
  return tellOutcome(work, callback, (error, isHeard) => surfaces.partsOf(surface).owner.failed(error, isHeard))
}

/** The library's, and ours beside them. */
const members = {
  get sessionId(): string | undefined {
    return surfaces.find(this)?.view.id
  },
  get encryptedSessionId(): string | undefined {
    return surfaces.find(this)?.owner.signedId(this)
  },
  regenerate(this: Surface, keys?: readonly string[] | Callback, callback?: Callback) {
    const kept = Array.isArray(keys) ? keys : []
    return tell(this, surfaces.partsOf(this).owner.regenerate(this, kept), typeof keys === 'function' ? keys : callback)
  },
  destroy(this: Surface, callback?: Callback) {
    return tell(this, surfaces.partsOf(this).owner.destroy(this), callback)
  },
  reload(this: Surface, callback?: Callback) {
    return tell(this, surfaces.partsOf(this).owner.reload(this), callback)
  },
  save(this: Surface, callback?: Callback) {
    return tell(this, surfaces.partsOf(this).owner.save(this), callback)
  },
  touch(this: Surface): void {
    surfaces.partsOf(this).cookie.touch()
  },
  options(this: Surface, options: CookieTerms): void {
    const own = surfaces.partsOf(this)
    if (Object.keys(options).length > 0) own.cookie = own.owner.cookieWith(options)
  },
  get(this: Surface, name: string): unknown {
    return Reflect.get(this, name)
  },
  set(this: Surface, name: string, value: unknown): void {
    Reflect.set(this, name, value)
  },
  isModified(this: Surface): boolean {
    return isModified(surfaces.partsOf(this).view)
  },
  isSaved(this: Surface): boolean {
    const { view } = surfaces.partsOf(this)
    return !view.isNew && !isModified(view)
  },
  ...addedMethods(surfaces),
  /** `console.log` looks behind a proxy, where no attributes are. */
  [inspect.custom](this: Surface): object {
    return { ...this }
  },
}

function isModified(view: Session): boolean {
  return view.pending().changes.texts.size > 0
}

const prototype = surfacePrototype(surfaces, Object.prototype, members)

/** Of each session object its own, as in the library. */
const COOKIE: PropertyDescriptor & ThisType<Surface> = {
  get() {
    return surfaces.partsOf(this).cookie
  },
  set(value: unknown) {
    if (!(value instanceof SurfaceCookie)) {
      throw new TypeError(
        'Expected `session.cookie` to be the cookie of a session; its fields can be assigned one by one',
      )
    }
    giveCookie(this, value)
  },
  enumerable: true,
  configurable: true,
}

/** `cookie` and whatever a session object has or inherits belong to it; all other names are attributes. */
export function isOwn(name: string): boolean {
  return name === 'cookie' || name in prototype
}

/** The session object of `view` for one request. */
export function surfaceOf(owner: SurfaceOwner, view: Session, cookie: SurfaceCookie): Surface {
  const object: Surface = Object.create(prototype)
  Object.defineProperty(object, 'cookie', COOKIE)
  const surface = view.show(object, isOwn)
  surfaces.add(surface, new Parts(owner, view, cookie))
  return surface
}

/** The cookie of a session object, as it is now. */
export function cookieOf(surface: Surface): SurfaceCookie {
  return surfaces.partsOf(surface).cookie
}

/** Makes `cookie` the one of a session object. */
export function giveCookie(surface: Surface, cookie: SurfaceCookie): void {
  surfaces.partsOf(surface).cookie = cookie
}
