import type { SessionRecord } from '../records/session-record.ts'
import type { AttributeChanges } from '../saving/attribute-changes.ts'
import { withChanges } from '../saving/attribute-changes.ts'
import type { RecordSettings } from '../saving/intent.ts'
import type { KnownRecord } from '../saving/write-loop.ts'

/** What requests have changed in one session and only this worker knows. */
export interface UnsavedChanges {
  /** What was stored when the first of them was made. Without a token: the session began here and was never stored. */
  readonly start: KnownRecord
  /** Against the attributes of `start`. */
  readonly changes: AttributeChanges
  readonly settings: RecordSettings
  /** Epoch ms of the last request. */
  readonly lastAccessedAt: number
}

/** The session with its unsaved changes, as requests of this worker see it. */
export function shownRecord({ start: { record }, changes, settings, lastAccessedAt }: UnsavedChanges): SessionRecord {
  const attributes = withChanges(record.attributes, changes.texts)
  return { ...record, ...settings, attributes, lastAccessedAt: Math.max(record.lastAccessedAt, lastAccessedAt) }
}

/** Characters that these changes hold, roughly. */
export function sizeOfChanges({ changes }: UnsavedChanges): number {
  let characters = 0
  for (const [name, text] of changes.texts) characters += name.length + (text?.length ?? 0)
  return characters
}
