import { inspect } from 'node:util'
import type { Session } from '@hazelcast-session/core'
import {
  SessionSurfaces,
  SurfaceParts,
  addedMethods,
  outcomeOf,
  surfacePrototype,
  tellOutcome,
} from '@hazelcast-session/core/adapter'
import type { AddedMethodsOwner } from '@hazelcast-session/core/adapter'
import type { Callback, ContextSession } from './context-session.ts'

/** What a session object asks of the request it belongs to. */
export interface SurfaceOwner extends AddedMethodsOwner<Surface> {
  get maxAge(): number | 'session'
  set maxAge(value: number | 'session' | null | undefined)
  save(surface: Surface): Promise<void>
  regenerate(surface: Surface): Promise<void>
  commitByHand(): Promise<void>
}

/** `ctx.session`, as the requests of one middleware make it. */
export type Surface = ContextSession

export const surfaces: SessionSurfaces<Surface, SurfaceParts<SurfaceOwner>> = new SessionSurfaces()

function told<T>(surface: Surface, work: Promise<T>): Promise<T> {
  return outcomeOf(work, (error, isHeard) => surfaces.partsOf(surface).owner.failed(error, isHeard))
}

/** As the library's methods tell it: to the callback alone, where there is one. */
function answered(surface: Surface, work: Promise<void>, callback: Callback | undefined): Promise<void> | undefined {
  return tellOutcome(work, callback, (error, isHeard) => surfaces.partsOf(surface).owner.failed(error, isHeard))
}

/** What every session object has: the library's properties and methods, and ours beside them. */
const members = {
  get externalKey(): string | undefined {
    return surfaces.find(this)?.view.id
  },
  get length(): number {
    return Object.keys(attributesIn(this)).length
  },
  get populated(): boolean {
    return Object.keys(attributesIn(this)).length > 0
  },
  get maxAge(): number | 'session' | undefined {
    return surfaces.find(this)?.owner.maxAge
  },
  set maxAge(value: number | 'session' | null | undefined) {
    surfaces.partsOf(this).owner.maxAge = value
  },
  save(this: Surface, callback?: Callback) {
    return answered(this, surfaces.partsOf(this).owner.save(this), callback)
  },
  regenerate(this: Surface, callback?: Callback) {
    return answered(this, surfaces.partsOf(this).owner.regenerate(this), callback)
  },
  commit(this: Surface, options?: unknown, callback?: Callback) {
    const { owner } = surfaces.partsOf(this)
    const { save, regenerate }: { save?: unknown; regenerate?: unknown } = Object(options)
    const work = regenerate === true ? owner.regenerate(this) : save === true ? owner.save(this) : owner.commitByHand()
    return answered(this, work, isCallback(options) ? options : callback)
  },
  manuallyCommit(this: Surface) {
    return told(this, surfaces.partsOf(this).owner.commitByHand())
  },
  ...addedMethods(surfaces),
  toJSON(this: Surface): object {
    return attributesIn(this)
  },
  [inspect.custom](this: Surface): object {
    return attributesIn(this)
  },
}

/** Names that the session has for itself, and that an application may give with its data. */
const SETTINGS: ReadonlySet<string> = new Set(['maxAge', 'maxInactiveInterval'])

const prototype = surfacePrototype(surfaces, Object.prototype, members)

function isCallback(value: unknown): value is Callback {
  return typeof value === 'function'
}

/** What begins with `_` is for this request alone, as in the library, and what a session object has is no attribute. */
export function isOwn(name: string): boolean {
  return name.startsWith('_') || name in prototype
}

/** What is stored of the session object. */
function attributesIn(surface: object): object {
  return Object.fromEntries(
    Object.entries(surface).filter(([name, value]) => !isOwn(name) && typeof value !== 'function'),
  )
}

/** The session object of `view` for one request. */
export function surfaceOf(owner: SurfaceOwner, view: Session): Surface {
  const own = new SurfaceParts(owner, view)
  const target: Surface = Object.create(prototype)
  const surface = view.show(target, isOwn)
  // Setters see what is behind the surface.
  surfaces.add(target, own)
  surfaces.add(surface, own)
  return surface
}

/**
 * Makes the session hold what `data` holds and nothing else, but for what it cannot show. What sets how long it lives does so
 * here too.
 */
export function replaceData(surface: Surface, data: object): void {
  // First, since `data` may be the session itself. What it inherits counts, as in the library.
  const next = new Map<string, unknown>()
  for (const name in data) if (!(name in prototype) || SETTINGS.has(name)) next.set(name, Reflect.get(data, name))
  for (const name of Object.keys(surface)) {
    if (!next.has(name)) Reflect.deleteProperty(surface, name)
  }
  for (const [name, value] of next) Reflect.set(surface, name, value)
}
