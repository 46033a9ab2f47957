import type { AttributeView, SessionAttributes } from '../attribute-view.ts'
import type { AttributeTexts, SessionRecord } from '../records/session-record.ts'
import type { SessionLifetime } from '../session-lifetime.ts'
import type { AttributeChanges } from './attribute-changes.ts'
import { withChanges } from './attribute-changes.ts'
import { mergeChanges } from './attribute-merge.ts'
import type { ConflictPolicy } from './conflict-policy.ts'
import { assertSynchronous } from './synchronous.ts'

/** What somebody wants to become of a session, whatever it looks like when its turn comes. */
export interface Intent<R> {
  /**
   * The record as it should be, and what to tell the caller once that is stored. The very same record means that there
   * is nothing to write. May be called again on a newer record. What it throws concerns this intent alone.
   */
  apply(record: SessionRecord, now: number): Applied<R>
  /** Whether the answer has to be true of what is stored, even when nothing is to be written. */
  readonly needsFresh: boolean
}

interface Applied<R> {
  readonly record: SessionRecord
  readonly result: R
}

/** Fields of a record beside its attributes that a session may change; the later change wins. */
export type RecordSettings = Partial<
  Pick<SessionRecord, 'maxInactiveInterval' | 'cookieMaxAge' | 'principal' | 'authenticatedAt'>
>

/** The names in which a save met another one. */
export type Conflicts = readonly string[]

/** Puts one request's changes on top of what is stored. */
export function changeIntent(
  changes: AttributeChanges,
  settings: RecordSettings,
  policy: ConflictPolicy,
): Intent<Conflicts> {
  return {
    // What the caller saw may hold these values already, and not be what is stored any more.
    needsFresh: changes.texts.size > 0,
    apply: (record, now) => merged(record, { changes, settings, usedAt: now }, policy),
  }
}

/**
 * Puts on top of what is stored what was changed by requests that were answered long ago, the last of them at
 * `lastAccessedAt` (epoch ms). `against`: these changes as changes of what is stored.
 */
export function lateIntent(
  against: (stored: AttributeTexts) => AttributeChanges,
  { settings, lastAccessedAt }: { readonly settings: RecordSettings; readonly lastAccessedAt: number },
  policy: ConflictPolicy,
): Intent<Conflicts> {
  return {
    needsFresh: true,
    apply: (record) =>
      merged(record, { changes: against(record.attributes), settings, usedAt: lastAccessedAt }, policy),
  }
}

interface Made {
  readonly changes: AttributeChanges
  readonly settings: RecordSettings
  /** Epoch ms. */
  readonly usedAt: number
}

function merged(
  record: SessionRecord,
  { changes, settings, usedAt }: Made,
  policy: ConflictPolicy,
): Applied<Conflicts> {
  const conflicts: string[] = []
  const attributes = mergeChanges(record.attributes, changes, policy, (name) => conflicts.push(name))
  const next = changed(record, attributes, settings, usedAt)
  return { record: decided(next, changes, settings), result: conflicts }
}

/** Runs `change` on what is stored, with the request's own changes on top of it. */
export function updateIntent<R>(
  change: (data: SessionAttributes) => R,
  pending: AttributeChanges,
  settings: RecordSettings,
  viewOf: (attributes: AttributeTexts) => AttributeView,
): Intent<R> {
  return {
    needsFresh: true,
    apply: (record, now) => {
      const view = viewOf(withChanges(record.attributes, pending.texts))
      const result = change(view.data)
      assertSynchronous(result, 'The function given to `update`')
      const made = view.changes()
      const attributes = withoutEqual(record.attributes, withChanges(view.base, made.texts))
      return {
        record: decided(decided(changed(record, attributes, settings, now), pending, settings), made, {}),
        result,
      }
    },
  }
}

/** Says that the session was used at `usedAt` (epoch ms). Nothing to write when somebody else has said so. */
export function touchIntent(lifetime: SessionLifetime, usedAt: number): Intent<undefined> {
  return {
    needsFresh: false,
    apply: (record) => ({
      record: lifetime.isTouchDue(record, usedAt) ? { ...record, lastAccessedAt: usedAt } : record,
      result: undefined,
    }),
  }
}

/** Says that the session was used at `usedAt` (epoch ms), whatever is said already. */
export function useIntent(usedAt: number): Intent<undefined> {
  return {
    needsFresh: false,
    apply: (record) => ({
      record: { ...record, lastAccessedAt: Math.max(record.lastAccessedAt, usedAt) },
      result: undefined,
    }),
  }
}

/**
 * Brings to a session whose id was changed what came to its old record since: all names but those that the request which
 * changed the id decided about.
 */
export function takeOverIntent(old: SessionRecord): Intent<undefined> {
  return {
    needsFresh: true,
    apply: (record) => {
      if (record.previous === undefined) return { record, result: undefined }
      const decisions = record.previous.changed
      const kept = decisions.map((name) => [name, record.attributes.get(name)] as const)
      const attributes = withoutEqual(record.attributes, withChanges(old.attributes, new Map(kept)))
      return { record: changed(record, attributes, settingsOf(old, decisions)), result: undefined }
    },
  }
}

/** The settings of `old`, but for those that were decided about. */
function settingsOf(
  { maxInactiveInterval, cookieMaxAge }: SessionRecord,
  decisions: readonly string[],
): RecordSettings {
  const settings = Object.entries({ maxInactiveInterval, cookieMaxAge })
  return Object.fromEntries(settings.filter(([name]) => !decisions.includes(settingName(name))))
}

/** How a setting is called among the names that an id change decided about; attributes have names of their own. */
export function settingName(name: string): string {
  return `#${name}`
}

/** Ends an id change: nothing more will come from the old record. */
export const dropPreviousIntent: Intent<undefined> = {
  needsFresh: false,
  apply: (record) => ({
    record: record.previous === undefined ? record : { ...record, previous: undefined },
    result: undefined,
  }),
}

/** `record` with these attributes and settings, used at `usedAt` (epoch ms); the very same where they are its own. */
function changed(
  record: SessionRecord,
  attributes: AttributeTexts,
  settings: RecordSettings,
  usedAt: number = record.lastAccessedAt,
): SessionRecord {
  const settingsDiffer = Object.keys(settings).some((name) => Reflect.get(record, name) !== Reflect.get(settings, name))
  if (attributes === record.attributes && !settingsDiffer) return record
  // One copy: each is dear, since V8 has seen records of many makings.
  return { ...record, ...settings, attributes, lastAccessedAt: Math.max(record.lastAccessedAt, usedAt) }
}

/** While an id change is not completed, the new record is right in whatever is changed there. */
function decided(record: SessionRecord, changes: AttributeChanges, settings: RecordSettings): SessionRecord {
  const { previous } = record
  const made = [...changes.texts.keys(), ...Object.keys(settings).map(settingName)]
  const names = made.filter((name) => previous && !previous.changed.includes(name))
  if (!previous || names.length === 0) return record
  return { ...record, previous: { ...previous, changed: [...previous.changed, ...names] } }
}

/** `before` itself when `after` holds the same texts. */
function withoutEqual(before: AttributeTexts, after: AttributeTexts): AttributeTexts {
  const same = before.size === after.size && [...after].every(([name, text]) => before.get(name) === text)
  return same ? before : after
}
