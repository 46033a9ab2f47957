import type { Session, SessionAttributes } from '@hazelcast-session/core'
import session from 'express-session'
import type { Callback } from './settle.ts'
import { tell } from './settle.ts'

/** What a session object asks of the request it belongs to. */
export interface SurfaceOwner {
  regenerate(): Promise<void>
  destroy(surface: Surface): Promise<void>
  reload(): Promise<void>
  save(surface: Surface): Promise<void>
  update<R>(surface: Surface, change: (data: SessionAttributes) => R): Promise<R>
  signIn(surface: Surface, principal: string): Promise<void>
  signOut(surface: Surface): Promise<void>
  changeId(surface: Surface): Promise<void>
}

/** `req.session`, as express-session's types know it. */
export type Surface = session.Session & Partial<session.SessionData> & { cookie: session.Cookie }

interface Parts {
  readonly owner: SurfaceOwner
  readonly view: Session
}

/** What each session object stands for. Not fields of it: those are the application's. */
const parts = new WeakMap<object, Parts>()

function partsOf(surface: object): Parts {
  const found = parts.get(surface)
  if (!found) throw new TypeError('This method belongs to a session and cannot be called without it.')
  return found
}

/** The library's methods, by its own class so that `instanceof` holds, and ours beside them. */
const methods = {
  regenerate(this: Surface, callback?: Callback) {
    tell(partsOf(this).owner.regenerate(), callback)
    return this
  },
  destroy(this: Surface, callback?: Callback) {
    tell(partsOf(this).owner.destroy(this), callback)
    return this
  },
  reload(this: Surface, callback?: Callback) {
    tell(partsOf(this).owner.reload(), callback)
    return this
  },
  save(this: Surface, callback?: Callback) {
    tell(partsOf(this).owner.save(this), callback)
    return this
  },
  update<R>(this: Surface, change: (data: SessionAttributes) => R): Promise<R> {
    return partsOf(this).owner.update(this, change)
  },
  signIn(this: Surface, principal: string): Promise<void> {
    return partsOf(this).owner.signIn(this, principal)
  },
  signOut(this: Surface): Promise<void> {
    return partsOf(this).owner.signOut(this)
  },
  changeId(this: Surface): Promise<void> {
    return partsOf(this).owner.changeId(this)
  },
}

const prototype: object = Object.create(session.Session.prototype, {
  ...Object.fromEntries(
    Object.entries(methods).map(([name, value]) => [name, { value, writable: true, configurable: true }]),
  ),
  id: { get: (): string | undefined => undefined, configurable: true },
})

/** `cookie` and whatever a session object has or inherits belong to it; all other names are attributes. */
function isOwn(name: string): boolean {
  return name === 'cookie' || name === 'req' || name in prototype
}

/** The session object of `view` for one request. */
export function surfaceOf(owner: SurfaceOwner, req: object, view: Session, cookie: session.Cookie): Surface {
  const object: Surface = Object.create(prototype)
  Object.defineProperties(object, {
    cookie: { value: cookie, writable: true, enumerable: true, configurable: true },
    req: { value: req, configurable: true },
    id: { get: () => view.id, configurable: true },
    maxInactiveInterval: {
      get: () => view.maxInactiveInterval,
      set: (seconds: number) => {
        view.maxInactiveInterval = seconds
      },
      configurable: true,
    },
  })
  const surface = view.show(object, (name) => isOwn(name) || name === 'maxInactiveInterval')
  parts.set(surface, { owner, view })
  return surface
}

/** The view behind a session object; `undefined` for any other object. */
export function viewOf(surface: object): Session | undefined {
  return parts.get(surface)?.view
}
