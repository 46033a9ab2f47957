/**
 * One JSON text for each attribute, by name: `{ "cart" => "{\"items\":[]}" }`. A text is parsed when its attribute is
 * first read, and carried over untouched when it is not (decision 002).
 */
export type AttributeTexts = ReadonlyMap<string, string>

/** Why a session ended. */
export type EndReason = 'invalidated' | 'expired' | 'revoked' | 'renamed'

/** What both kinds of stored entry carry, so that a writer finds its own write in either. */
interface Versioned {
  /** Counts the writes to this key; it only grows. */
  readonly version: number
  /** Ids of the newest writes, newest first, at most `WRITES_KEPT`. */
  readonly writes: readonly string[]
  /** The worker this write concerns: the one that wrote before. */
  readonly notify?: string | undefined
  /** Epoch ms. A live record is no session from then on; a marker may be dropped. */
  readonly expiresAt: number
}

/** What is stored of a live session. Times are epoch milliseconds, intervals seconds. */
export interface SessionRecord extends Versioned {
  readonly ended?: undefined
  readonly createdAt: number
  readonly lastAccessedAt: number
  readonly maxInactiveInterval: number
  /** Name of the worker that wrote last. */
  readonly worker?: string | undefined
  readonly principal?: string | undefined
  readonly authenticatedAt?: number | undefined
  /** The cookie's own max age in seconds; -1: until the browser closes; absent: the application's default. */
  readonly cookieMaxAge?: number | undefined
  /** Where the session was until its id changed, for as long as that is not completed. */
  readonly previous?: PreviousId | undefined
  readonly attributes: AttributeTexts
  /** Fields of a later version of this format, kept through a save. */
  readonly further: Readonly<Record<string, unknown>>
}

/** The other end of an id change that has begun. */
export interface PreviousId {
  /** Key of the record that the session had. */
  readonly key: string
  /** Attributes that the request which changed the id set or deleted: in these the new record is right. */
  readonly changed: readonly string[]
}

/** What stays in the place of an ended session, so that nothing brings it back. */
export interface EndedMarker extends Versioned {
  readonly ended: EndReason
  /** Epoch ms; requests that come with the id right after are answered with care. */
  readonly endedAt: number
}

export type StoredEntry = SessionRecord | EndedMarker

/** A live record together with the text it was read from, which is its token for compare-and-set. */
export interface StoredRecord {
  readonly record: SessionRecord
  readonly token: string
}

/**
 * How many write ids an entry keeps. A write that made version v is named by the versions v to v + WRITES_KEPT - 1;
 * later than that nobody can tell whether it was applied.
 */
export const WRITES_KEPT = 8

export function isEnded(entry: StoredEntry): entry is EndedMarker {
  return entry.ended !== undefined
}

/** The version and the write ids of whatever follows `entry`, when `writeId` writes it. */
export function nextWrite(entry: Versioned, writeId: string): Pick<Versioned, 'version' | 'writes'> {
  return { version: entry.version + 1, writes: [writeId, ...entry.writes].slice(0, WRITES_KEPT) }
}
