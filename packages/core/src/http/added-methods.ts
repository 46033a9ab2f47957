import type { SessionAttributes } from '../attribute-view.ts'
import { outcomeOf } from './outcome.ts'
import type { SessionSurfaces, SurfaceParts } from './session-surfaces.ts'

/** What the methods that we add to a library's session ask of the request it belongs to. */
export interface AddedMethodsOwner<Surface> {
  update<R>(surface: Surface, change: (data: SessionAttributes) => R): Promise<R>
  signIn(surface: Surface, principal: string): Promise<void>
  signOut(surface: Surface): Promise<void>
  changeId(surface: Surface): Promise<void>
  /** What the application asked for failed; if nobody waits for it, the answer has to tell of it. */
  failed(error: unknown, isHeard: () => boolean): void
}

/** The methods that session objects have beside those of their library. */
export interface AddedMethods<Surface> {
  update<R>(this: Surface, change: (data: SessionAttributes) => R): Promise<R>
  signIn(this: Surface, principal: string): Promise<void>
  signOut(this: Surface): Promise<void>
  changeId(this: Surface): Promise<void>
}

export function addedMethods<Surface extends object>(
  surfaces: SessionSurfaces<Surface, SurfaceParts<AddedMethodsOwner<Surface>>>,
): AddedMethods<Surface> {
  return {
    update(change) {
      return done(this, (owner) => owner.update(this, change))
    },
    signIn(principal) {
      return done(this, (owner) => owner.signIn(this, principal))
    },
    signOut() {
      return done(this, (owner) => owner.signOut(this))
    },
    changeId() {
      return done(this, (owner) => owner.changeId(this))
    },
  }

  function done<R>(surface: Surface, ask: (owner: AddedMethodsOwner<Surface>) => Promise<R>): Promise<R> {
    const { owner } = surfaces.partsOf(surface)
    return outcomeOf(ask(owner), (error, isHeard) => owner.failed(error, isHeard))
  }
}
