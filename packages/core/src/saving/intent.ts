import { AttributeView } from '../attribute-view.ts'
import type { SessionAttributes } from '../attribute-view.ts'
import type { AttributeSerializer } from '../records/attribute-serializer.ts'
import type { SessionRecord } from '../records/session-record.ts'
import type { SessionLifetime } from '../session-lifetime.ts'
import type { AttributeChanges } from './attribute-changes.ts'
import { withChanges } from './attribute-changes.ts'
import { mergeChanges } from './attribute-merge.ts'
import type { ConflictPolicy } from './conflict-policy.ts'

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
export type RecordSettings = Partial<Pick<SessionRecord, 'maxInactiveInterval' | 'cookieMaxAge'>>

/** The names in which a save met another one. */
export type Conflicts = readonly string[]

/** Puts one request's changes on top of what is stored. */
export function changeIntent(
  changes: AttributeChanges,
  settings: RecordSettings,
  policy: ConflictPolicy,
): Intent<Conflicts> {
  return {
    needsFresh: false,
    apply: (record) => {
      const conflicts: string[] = []
      const attributes = mergeChanges(record.attributes, changes, policy, (name) => conflicts.push(name))
      return { record: changed(record, attributes, settings), result: conflicts }
    },
  }
}

/** Runs `change` on what is stored, with the request's own changes on top of it. */
export function updateIntent<R>(
  change: (data: SessionAttributes) => R,
  pending: AttributeChanges,
  settings: RecordSettings,
  serializer: AttributeSerializer,
): Intent<R> {
  return {
    needsFresh: true,
    apply: (record) => {
      const view = new AttributeView(withChanges(record.attributes, pending.texts), serializer)
      const result = change(view.data)
      if (isThenable(result)) throw asynchronousUpdate(result)
      const attributes = withoutEqual(record.attributes, withChanges(view.base, view.changes().texts))
      return { record: changed(record, attributes, settings), result }
    },
  }
}

/** Says that the session was used. Nothing to write when somebody else has said so. */
export function touchIntent(lifetime: SessionLifetime): Intent<undefined> {
  return {
    needsFresh: false,
    apply: (record, now) => ({
      record: lifetime.isTouchDue(record, now) ? { ...record, lastAccessedAt: now } : record,
      result: undefined,
    }),
  }
}

function changed(
  record: SessionRecord,
  attributes: SessionRecord['attributes'],
  settings: RecordSettings,
): SessionRecord {
  const maxInactiveInterval = settings.maxInactiveInterval ?? record.maxInactiveInterval
  const cookieMaxAge = settings.cookieMaxAge ?? record.cookieMaxAge
  const same =
    attributes === record.attributes &&
    maxInactiveInterval === record.maxInactiveInterval &&
    cookieMaxAge === record.cookieMaxAge
  return same ? record : { ...record, attributes, maxInactiveInterval, cookieMaxAge }
}

/** `before` itself when `after` holds the same texts. */
function withoutEqual(
  before: SessionRecord['attributes'],
  after: SessionRecord['attributes'],
): SessionRecord['attributes'] {
  const same = before.size === after.size && [...after].every(([name, text]) => before.get(name) === text)
  return same ? before : after
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

function asynchronousUpdate(result: PromiseLike<unknown>): TypeError {
  // Nobody else will look at this promise.
  result.then(undefined, () => {})
  return new TypeError(
    'The function given to `update` returned a promise. It may run several times and must be synchronous: ' +
      'wait for what it needs before, and only change the data inside.',
  )
}
