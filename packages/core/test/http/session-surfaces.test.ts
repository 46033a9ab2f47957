import { expect, test } from 'vitest'
import { SessionSurfaces, SurfaceParts } from '../../src/http/session-surfaces.ts'
import { surfacePrototype } from '../../src/http/surface-prototype.ts'
import { managed } from '../saving/managed.ts'

test('what a session object stands for is found of it, and of what inherits from it', () => {
  const surfaces = new SessionSurfaces<object, SurfaceParts>()
  const prototype = {}
  const surface: object = Object.create(prototype)
  const parts = new SurfaceParts({}, managed().manager.create())
  surfaces.add(surface, parts)
  const heir: object = Object.create(Object.create(surface))
  expect([surfaces.find(surface), surfaces.find(heir), surfaces.find(prototype)]).toEqual([parts, parts, undefined])
  expect(surfaces.partsOf(heir)).toBe(parts)
  expect([surfaces.has(surface), surfaces.has(heir), surfaces.has(null)]).toEqual([true, false, false])
})

test('a method that is called without a session says so', () => {
  const surfaces = new SessionSurfaces<object, SurfaceParts>()
  for (const object of [{}, Object.create(null) as object]) {
    expect(() => surfaces.partsOf(object)).toThrow('This method belongs to a session')
  }
})

test('an application may assign what only we say, and it counts for nothing', () => {
  const surfaces = new SessionSurfaces<object, SurfaceParts>()
  const surface = Object.create(surfacePrototype(surfaces, Object.prototype, {}))
  surfaces.add(surface, new SurfaceParts({}, managed().manager.create()))
  Object.assign(surface, { isNew: false })
  expect(Reflect.get(surface, 'isNew')).toBe(true)
})
