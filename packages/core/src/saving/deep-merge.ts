import { isDeepStrictEqual } from 'node:util'
import type { ConflictResolver } from './conflict-policy.ts'

type Plain = Readonly<Record<string, unknown>>

/**
 * Merges two changed values of `name` key by key, as far as both are plain objects; `resolve` decides about what both
 * sides changed to different ends, with the path (`cart.total`) for a name. Arrays are values: two changes of one array
 * are a conflict.
 */
export function deepMerge(
  name: string,
  base: unknown,
  theirs: unknown,
  ours: unknown,
  resolve: ConflictResolver,
): unknown {
  if (isDeepStrictEqual(theirs, ours) || isDeepStrictEqual(base, theirs)) return ours
  if (isDeepStrictEqual(base, ours)) return theirs
  if (!isPlain(theirs) || !isPlain(ours)) return resolve(name, base, theirs, ours)
  const before: Plain = isPlain(base) ? base : {}
  const merged: Record<string, unknown> = {}
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(ours)])) {
    // The only name that would not become a property of its own.
    if (key === '__proto__') continue
    const value = deepMerge(`${name}.${key}`, own(before, key), own(theirs, key), own(ours, key), resolve)
    if (value !== undefined) merged[key] = value
  }
  return merged
}

function own(object: Plain, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

function isPlain(value: unknown): value is Plain {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
