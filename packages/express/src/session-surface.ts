import { inspect } from 'node:util'
import type { Session } from '@hazelcast-session/core'
import {
  HiddenValue,
  SessionSurfaces,
  SurfaceParts,
  addedMethods,
  surfacePrototype,
  tell,
} from '@hazelcast-session/core/adapter'
import type { AddedMethodsOwner, Callback } from '@hazelcast-session/core/adapter'
import session from 'express-session'

/** What a session object asks of the request it belongs to. */
export interface SurfaceOwner extends AddedMethodsOwner<Surface> {
  /** `sessionStore` of the request. */
  readonly store: object
  regenerate(): Promise<void>
  destroy(surface: Surface): Promise<void>
  reload(surface: Surface): Promise<void>
  save(surface: Surface): Promise<void>
}

/** `req.session`, as express-session's types know it. */
export type Surface = session.Session & Partial<session.SessionData> & { cookie: session.Cookie }

export const surfaces: SessionSurfaces<Surface, SurfaceParts<SurfaceOwner>> = new SessionSurfaces()

/** For what must not fail unnoticed. The end of the response makes good for a save, and nothing for these. */
function told(surface: Surface, callback: Callback | undefined): Callback {
  return (
    callback ??
    ((error) => {
      if (error) surfaces.partsOf(surface).owner.failed(error, () => false)
    })
  )
}

/** The library's, by its own class so that `instanceof` holds, and ours beside them. */
const members = {
  get id(): string | undefined {
    return surfaces.find(this)?.view.id
  },
  regenerate(this: Surface, callback?: Callback) {
    tell(surfaces.partsOf(this).owner.regenerate(), told(this, callback))
    return this
  },
  destroy(this: Surface, callback?: Callback) {
    tell(surfaces.partsOf(this).owner.destroy(this), told(this, callback))
    return this
  },
  reload(this: Surface, callback?: Callback) {
    tell(surfaces.partsOf(this).owner.reload(this), callback)
    return this
  },
  save(this: Surface, callback?: Callback) {
    tell(surfaces.partsOf(this).owner.save(this), callback)
    return this
  },
  ...addedMethods(surfaces),
  /** `console.log` looks behind a proxy, where no attributes are. */
  [inspect.custom](this: Surface): object {
    return Object.assign(Object.create(session.Session.prototype), this)
  },
}

const prototype = surfacePrototype(surfaces, session.Session.prototype, members)

/** `cookie` and whatever a session object has or inherits belong to it; all other names are attributes. */
function isOwn(name: string): boolean {
  return name === 'cookie' || name === 'req' || name in prototype
}

/** The session object of `view` for one request. */
export function surfaceOf(owner: SurfaceOwner, req: object, view: Session, cookie: session.Cookie): Surface {
  const object: Surface = Object.create(prototype)
  object.cookie = cookie
  Object.defineProperty(object, 'req', new HiddenValue(req, true))
  const surface = view.show(object, isOwn)
  surfaces.add(surface, new SurfaceParts(owner, view))
  return surface
}
