import type { SessionAttributes } from '../attribute-view.ts'
import type { SessionSurfaces, SurfaceParts } from './session-surfaces.ts'

/** What the methods that we add to a library's session ask of the request it belongs to. */
export interface AddedMethodsOwner<Surface> {
  update<R>(surface: Surface, change: (data: SessionAttributes) => R): Promise<R>
  signIn(surface: Surface, principal: string): Promise<void>
  signOut(surface: Surface): Promise<void>
  changeId(surface: Surface): Promise<void>
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
      return surfaces.partsOf(this).owner.update(this, change)
    },
    signIn(principal) {
      return surfaces.partsOf(this).owner.signIn(this, principal)
    },
    signOut() {
      return surfaces.partsOf(this).owner.signOut(this)
    },
    changeId() {
      return surfaces.partsOf(this).owner.changeId(this)
    },
  }
}
