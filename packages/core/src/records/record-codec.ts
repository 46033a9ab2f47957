import { SessionError } from '../session-error.ts'
import { isReservedName } from './attribute-name.ts'
import { attributeLiterals } from './attribute-literals.ts'
import type {
  AttributeTexts,
  EndedMarker,
  EndReason,
  PreviousId,
  SessionRecord,
  StoredEntry,
  StoredRecord,
} from './session-record.ts'
import { isEnded } from './session-record.ts'

/**
 * Between an entry and its stored text. `key` goes along because an encrypting codec binds the text to it; such a codec
 * also decides what `principal` looks like on the wire.
 */
export interface RecordCodec {
  /** Throws `RECORD_UNREADABLE` for anything that is not an entry of format 1. */
  parse(key: string, text: string): StoredEntry
  /** `before`: what the entry takes the place of. Without it the text says the same, and takes longer to make. */
  stringify(key: string, entry: StoredEntry, before?: StoredRecord): string
}

const WIRE_FORMAT = 1

const END_REASONS: ReadonlySet<unknown> = new Set<EndReason>(['invalidated', 'expired', 'revoked', 'renamed'])

type Fields = Readonly<Record<string, unknown>>

/** The plain text form of wire format 1, `docs/reference/wire-format.md`. */
export const jsonRecordCodec: RecordCodec = {
  parse(_key, text) {
    const fields = fieldsOf(text)
    if (fields['format'] !== WIRE_FORMAT) throw unreadable('its format is not one this version knows')
    return fields['ended'] === undefined ? recordOf(fields) : markerOf(fields)
  },
  stringify(_key, entry, before) {
    try {
      return isEnded(entry) ? JSON.stringify(markerFields(entry)) : recordText(entry, before)
    } catch (cause) {
      throw new SessionError('RECORD_UNWRITABLE', 'A session cannot be stored: it has a field that has no text.', {
        cause,
      })
    }
  },
}

/** The error for an entry that is there but is not readable. `what` says what is wrong, never what it holds. */
export function unreadable(what: string, cause?: unknown): SessionError {
  return new SessionError(
    'RECORD_UNREADABLE',
    `A stored session cannot be read: ${what}. It is left where it is (option \`onUnreadable\`).`,
    cause === undefined ? undefined : { cause },
  )
}

function fieldsOf(text: string): Fields {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    // Without the cause: its message quotes the text.
    throw unreadable('it is not JSON')
  }
  if (!isPlainFields(parsed)) throw unreadable('it is not a JSON object')
  return parsed
}

function isPlainFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function recordOf(fields: Fields): SessionRecord {
  const {
    format: _format,
    version,
    writes,
    createdAt,
    lastAccessedAt,
    maxInactiveInterval,
    expiresAt,
    worker,
    notify,
    principal,
    authenticatedAt,
    cookieMaxAge,
    previous,
    attributes,
    ...further
  } = fields
  return {
    version: number('version', version),
    writes: names('writes', writes),
    createdAt: number('createdAt', createdAt),
    lastAccessedAt: number('lastAccessedAt', lastAccessedAt),
    maxInactiveInterval: number('maxInactiveInterval', maxInactiveInterval),
    expiresAt: number('expiresAt', expiresAt),
    worker: optionalText('worker', worker),
    notify: optionalText('notify', notify),
    principal: optionalText('principal', principal),
    authenticatedAt: optionalNumber('authenticatedAt', authenticatedAt),
    cookieMaxAge: optionalNumber('cookieMaxAge', cookieMaxAge),
    previous: previousId(previous),
    attributes: attributeTexts(attributes),
    further,
  }
}

function recordText(record: SessionRecord, before: StoredRecord | undefined): string {
  const { attributes, further } = record
  // One by one: a copy of what is left of a record without these two takes 2 µs, a seventh of what all of this takes.
  const fields = {
    format: WIRE_FORMAT,
    version: record.version,
    writes: record.writes,
    createdAt: record.createdAt,
    lastAccessedAt: record.lastAccessedAt,
    maxInactiveInterval: record.maxInactiveInterval,
    expiresAt: record.expiresAt,
    worker: record.worker,
    notify: record.notify,
    principal: record.principal,
    authenticatedAt: record.authenticatedAt,
    cookieMaxAge: record.cookieMaxAge,
    previous: record.previous,
    ...further,
  }
  return `${JSON.stringify(fields).slice(0, -1)},"attributes":{${attributeLiterals(attributes, before)}}}`
}

function markerOf(fields: Fields): EndedMarker {
  const { ended, endedAt, version, writes, notify, expiresAt } = fields
  if (!isEndReason(ended)) throw unreadable('the reason for which it ended is not one this version knows')
  return {
    ended,
    endedAt: number('endedAt', endedAt),
    version: number('version', version),
    writes: names('writes', writes),
    notify: optionalText('notify', notify),
    expiresAt: number('expiresAt', expiresAt),
  }
}

function isEndReason(value: unknown): value is EndReason {
  return END_REASONS.has(value)
}

function markerFields(marker: EndedMarker): Fields {
  return { format: WIRE_FORMAT, ...marker }
}

function attributeTexts(value: unknown): AttributeTexts {
  if (typeof value === 'string') throw unreadable('its attributes are encrypted, and this process has no key')
  if (!isPlainFields(value)) throw unreadable('its attributes are missing')
  const texts = new Map<string, string>()
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw unreadable('an attribute is not a JSON text')
    if (!isReservedName(name)) texts.set(name, text)
  }
  return texts
}

function previousId(value: unknown): PreviousId | undefined {
  if (value === undefined) return undefined
  if (!isPlainFields(value) || typeof value['key'] !== 'string') throw unreadable('its field "previous" is malformed')
  return { key: value['key'], changed: names('previous.changed', value['changed']) }
}

function number(field: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw unreadable(`its field "${field}" is not a number`)
}

function optionalNumber(field: string, value: unknown): number | undefined {
  return value === undefined ? undefined : number(field, value)
}

function optionalText(field: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  throw unreadable(`its field "${field}" is not a text`)
}

function names(field: string, value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string')) return value
  throw unreadable(`its field "${field}" is not a list of texts`)
}
