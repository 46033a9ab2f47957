import { assertAttributeName } from '../records/attribute-name.ts'
import type { AttributeSerializer } from '../records/attribute-serializer.ts'
import { textOf, valueOf } from '../records/attribute-serializer.ts'
import type { AttributeTexts } from '../records/session-record.ts'

/** What one request did to the attributes it saw. Names that are not in `texts` were not changed. */
export interface AttributeChanges {
  /** The attributes as the request saw them before: a name is in conflict when the store no longer agrees. */
  readonly base: AttributeTexts
  /** The new text of each changed attribute; `undefined` where it was deleted. */
  readonly texts: ReadonlyMap<string, string | undefined>
}

/**
 * The changes that lead from `base` to `current`. Attributes whose value has no text (`undefined`, functions) count as
 * absent. Names of `base` that `current` lacks are deleted; names that `base` lacks are none of its business.
 */
export function changesBetween(
  base: AttributeTexts,
  current: Iterable<readonly [string, unknown]>,
  serializer: AttributeSerializer,
): AttributeChanges {
  const texts = new Map<string, string | undefined>()
  const seen = new Set<string>()
  for (const [name, value] of current) {
    seen.add(name)
    const text = textOf(serializer, name, value)
    if (isChanged(base.get(name), name, text, serializer)) texts.set(name, text)
  }
  for (const name of base.keys()) {
    if (!seen.has(name)) texts.set(name, undefined)
  }
  return { base, texts }
}

/**
 * Whether `text` says something else than `before`. A text that another writer spelled differently (key order, blanks)
 * is compared after one round through the serializer, so that reading it is not taken for changing it.
 */
export function isChanged(
  before: string | undefined,
  name: string,
  text: string | undefined,
  serializer: AttributeSerializer,
): boolean {
  if (text === before) return false
  if (text !== undefined) assertAttributeName(name)
  if (before === undefined || text === undefined) return true
  return text !== normalized(name, before, serializer)
}

/** `text` as this serializer would write it; `undefined` for one that it cannot read, and that no value is the same as. */
function normalized(name: string, text: string, serializer: AttributeSerializer): string | undefined {
  try {
    return textOf(serializer, name, valueOf(serializer, name, text))
  } catch {
    return undefined
  }
}

/** `texts` with the changes made, whatever it held under the changed names. */
export function withChanges(texts: AttributeTexts, changes: AttributeChanges['texts']): AttributeTexts {
  if (changes.size === 0) return texts
  const changed = new Map(texts)
  for (const [name, text] of changes) {
    if (text === undefined) changed.delete(name)
    else changed.set(name, text)
  }
  return changed
}
