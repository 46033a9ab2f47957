import { SessionError } from '@hazelcast-session/core'
import type { SessionAttributes } from '@hazelcast-session/core'
import { outcomeOf } from '@hazelcast-session/core/adapter'
import type { SessionHandle } from './session-handle.ts'
import type { Session, SessionMethods } from './session.ts'

/** What of a session can be assigned that is no attribute. */
const SETTINGS: ReadonlySet<string> = new Set(['maxInactiveInterval', 'cookieMaxAge'])

/** The methods that change something. */
const CHANGES: ReadonlySet<string> = new Set(['set', 'save', 'update', 'signIn', 'signOut', 'changeId', 'destroy'])

/** The methods, and what the session says of itself. */
function methodsOf(handle: SessionHandle): SessionMethods<SessionAttributes> {
  const told = <T>(work: Promise<T>): Promise<T> => outcomeOf(work, (error, isHeard) => handle.failed(error, isHeard))
  return {
    get id() {
      return handle.view?.id ?? ''
    },
    get isNew() {
      return handle.view?.isNew ?? true
    },
    get principal() {
      return handle.view?.principal
    },
    get maxInactiveInterval() {
      return handle.view?.maxInactiveInterval ?? 0
    },
    set maxInactiveInterval(seconds) {
      handle.maxInactiveInterval = seconds
    },
    get cookieMaxAge() {
      return handle.view?.cookieMaxAge
    },
    set cookieMaxAge(seconds) {
      handle.cookieMaxAge = seconds
    },
    set: (name, value) => told((async () => handle.set(attributeName(name), value))()),
    save: () => told(handle.save()),
    update: (change) => told(handle.update(change)),
    signIn: (principal) => told(handle.signIn(principal)),
    signOut: () => told(handle.destroy()),
    changeId: () => told(handle.changeId()),
    reload: () => told(handle.reload()),
    destroy: () => told(handle.destroy()),
    toJSON: () => Object.fromEntries(Object.entries(handle.view?.data ?? {}).filter(([name]) => !isOwn(name))),
  }
}

const OWN_NAMES: ReadonlySet<string> = new Set([
  'id',
  'isNew',
  'principal',
  'reload',
  'toJSON',
  // A session that is handed to `await` is no promise.
  'then',
  ...SETTINGS,
  ...CHANGES,
])

/** Names of attributes that a session cannot show: it has them itself. */
function isOwn(name: string | symbol): boolean {
  return typeof name === 'symbol' || OWN_NAMES.has(name)
}

function attributeName(name: string): string {
  if (!OWN_NAMES.has(name)) return name
  throw new TypeError(`\`${name}\` belongs to every session, so no attribute can have that name.`)
}

/** The session that an application sees: attributes as properties, and the methods. It stays the same when the id changes. */
export function surfaceOf(handle: SessionHandle): Session {
  const data = (): SessionAttributes => handle.view?.data ?? {}
  return new Proxy<Session>(methodsOf(handle), {
    get: (target, name) => (isOwn(name) ? Reflect.get(target, name) : Reflect.get(data(), name)),
    has: (target, name) => Reflect.has(isOwn(name) ? target : data(), name),
    set: (target, name, value) => {
      if (typeof name === 'symbol' || SETTINGS.has(name)) return Reflect.set(target, name, value)
      return Reflect.set(handle.assigned().data, attributeName(name), value)
    },
    deleteProperty: (_target, name) => !isOwn(name) && Reflect.deleteProperty(handle.assigned().data, name),
    defineProperty: (_target, name, descriptor) =>
      !isOwn(name) && Reflect.defineProperty(handle.assigned().data, name, descriptor),
    ownKeys: () => Reflect.ownKeys(data()).filter((name) => !isOwn(name)),
    getOwnPropertyDescriptor: (_target, name) =>
      isOwn(name) ? undefined : Reflect.getOwnPropertyDescriptor(data(), name),
  })
}

/** The same session where it can only be looked at. Whatever would change it throws, or rejects with, `SESSION_READONLY`. */
export function readonlySurfaceOf(surface: Session): Session {
  const refuse = (): never => {
    throw readonlyError()
  }
  return new Proxy(surface, {
    get: (target, name) =>
      typeof name === 'string' && CHANGES.has(name) ? () => Promise.reject(readonlyError()) : Reflect.get(target, name),
    set: refuse,
    deleteProperty: refuse,
    defineProperty: refuse,
  })
}

function readonlyError(): SessionError {
  return new SessionError(
    'SESSION_READONLY',
    'A session cannot be changed here: Server Components, layouts and generateMetadata can only read it, and so can who ' +
      'asks for it inside after(), because Next.js lets no cookie be set there. Move the change to a Server Action or a ' +
      'Route Handler, `withSession(async (session) => { … })`, or into the callback of `sessionProxy`.',
  )
}
