import type { SessionSurfaces, SurfaceParts } from './session-surfaces.ts'

/**
 * What session objects inherit beside what `parent` has: `members`, and what ours have in every framework. A loop over a
 * session shows nothing of it, since that is one over its attributes. Of the prototype itself, which somebody may look at, no
 * session is asked.
 */
export function surfacePrototype<Surface extends object>(
  surfaces: SessionSurfaces<Surface, SurfaceParts>,
  parent: object,
  members: object,
): object {
  const common = {
    get isNew(): boolean | undefined {
      return surfaces.find(this)?.view.isNew
    },
    // Of an application's own data, which would hide what everybody else asks for: not stored, and no error.
    set isNew(_value: unknown) {},
    get maxInactiveInterval(): number | undefined {
      return surfaces.find(this)?.view.maxInactiveInterval
    },
    set maxInactiveInterval(seconds: number) {
      surfaces.setInterval(this, seconds)
    },
  }
  return Object.create(parent, { ...hiddenMembers(common), ...hiddenMembers(members) })
}

function hiddenMembers(members: object): PropertyDescriptorMap {
  const descriptors: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(members)
  return Object.fromEntries(
    Reflect.ownKeys(descriptors).map((name) => [name, { ...Reflect.get(descriptors, name), enumerable: false }]),
  )
}
