import type { AttributeTexts } from '../records/session-record.ts'
import type { AttributeChanges } from './attribute-changes.ts'
import { withChanges } from './attribute-changes.ts'
import type { ConflictPolicy } from './conflict-policy.ts'

/**
 * `stored` with one request's changes: names it changed against its base win over names it did not change. A name that
 * `stored` changed too, to another end, is the policy's to settle; `onConflict` hears of it.
 */
export function mergeChanges(
  stored: AttributeTexts,
  changes: AttributeChanges,
  policy: ConflictPolicy,
  onConflict: (name: string) => void,
): AttributeTexts {
  const texts = new Map<string, string | undefined>()
  for (const [name, ours] of changes.texts) {
    const theirs = stored.get(name)
    const base = changes.base.get(name)
    if (theirs === ours) continue
    if (theirs === base) {
      texts.set(name, ours)
      continue
    }
    const settled = policy.settle(name, { base, theirs, ours }, onConflict)
    if (settled !== theirs) texts.set(name, settled)
  }
  return withChanges(stored, texts)
}
