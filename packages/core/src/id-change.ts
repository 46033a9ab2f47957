import { LRUCache } from 'lru-cache'
import type { RecordLoader } from './records/record-loader.ts'
import type { PreviousId, SessionRecord, StoredRecord } from './records/session-record.ts'
import { withChanges } from './saving/attribute-changes.ts'
import type { Intent, RecordSettings } from './saving/intent.ts'
import { dropPreviousIntent, settingName, takeOverIntent } from './saving/intent.ts'
import type { SaveQueue } from './saving/save-queue.ts'
import type { SessionEnder } from './saving/session-ender.ts'
import { SessionError } from './session-error.ts'
import type { Session } from './session.ts'

export interface IdChangeOptions {
  readonly loader: RecordLoader
  readonly queue: SaveQueue
  readonly ender: SessionEnder
}

/** How many ids are remembered that sessions had. */
const IDS_LEFT = 10_000
/** Ms that the answer may take which tells of a new id. */
const ANSWER = 30_000

/** The new record is not the one any more that was looked at before the old one. */
class NewRecordMoved extends Error {}

/**
 * Gives sessions new ids so that nothing is lost when the answer that carries the new id never arrives. The change only
 * makes a second record, which knows the first; the first request that shows the new id, and so proves that the browser
 * has it, brings over what came to the old one since, and ends it. Nothing leads from the old id to the new.
 */
export class IdChange {
  readonly #options: IdChangeOptions
  /** Ids that browsers may just be told to forget. */
  readonly #left = new LRUCache<string, true>({ max: IDS_LEFT, ttl: ANSWER })

  constructor(options: IdChangeOptions) {
    this.#options = options
  }

  /**
   * Moves the session to `newId`, with its unsaved changes and these settings. Rejects with `SESSION_ENDED` or
   * `SESSION_RENAMED` when somebody ended it, or changed its id, since it was loaded.
   */
  async begin(session: Session, newId: string, settings: RecordSettings): Promise<void> {
    const oldKey = session.isNew ? undefined : session.id
    const stored = oldKey === undefined ? undefined : await this.#live(oldKey)
    const old = stored?.record ?? session.known.record
    const { changes, settings: pending } = session.pending()
    const content: SessionRecord = {
      ...old,
      ...pending,
      ...settings,
      version: 0,
      writes: [],
      attributes: withChanges(old.attributes, changes.texts),
      previous:
        oldKey === undefined
          ? undefined
          : previousOf(oldKey, old, [...changes.texts.keys(), ...Object.keys(pending).map(settingName)]),
    }
    const created = await this.#options.queue.write(newId, { record: content, token: undefined }, createIntent)
    if (created.kind === 'ended') throw endedMeanwhile()
    session.renamed(newId, changes, pending, created.stored)
    if (oldKey === undefined || !stored) return
    this.#left.set(oldKey, true)
    // Nobody has heard of an id that was changed again before it was shown.
    if (old.previous) await this.#options.ender.end(oldKey, stored, 'renamed')
    // An id that stood for a logged-in user must not go on doing so.
    else if (old.principal !== undefined) await this.#leave(session, oldKey, stored)
  }

  /** Whether this worker gave the session of this id another one a moment ago. */
  hasLeft(id: string): boolean {
    return this.#left.has(id)
  }

  /** Brings over what came to the old record, ends that, and forgets it. Nothing to do when no change is under way. */
  async complete(session: Session): Promise<void> {
    if (!session.known.record.previous) return
    await this.#bringOver(session)
    await this.#write(session, dropPreviousIntent)
  }

  /**
   * Completes the change at once. When somebody else has ended the old session just now, or changed its id, that counts:
   * the new record, of which nobody has heard, ends, and the session is what it was.
   */
  async #leave(session: Session, oldKey: string, stored: StoredRecord): Promise<void> {
    const { ender } = this.#options
    const isOurs = await this.#bringOver(session)
    if (isOurs) return this.#write(session, dropPreviousIntent)
    await ender.end(session.id, undefined, 'renamed')
    session.renamed(oldKey, { base: new Map(), texts: new Map() }, {}, stored)
    await this.#live(oldKey)
  }

  /** Ends the old record with everything that came to it in the new one. `false`: somebody else has ended it. */
  async #bringOver(session: Session): Promise<boolean> {
    const { loader, ender } = this.#options
    for (;;) {
      const { previous } = session.known.record
      const old = previous && (await loader.load(previous.key))
      if (!old) return false
      if (!(await this.#takeOver(session, old))) continue
      const ending = await ender.endUnchanged(previous.key, old, 'renamed')
      if (ending !== 'moved') return ending === 'ended'
    }
  }

  /** The live record; throws when there is none any more. */
  async #live(key: string): Promise<StoredRecord> {
    const found = await this.#options.loader.look(key)
    if (found && 'record' in found) return found
    throw found?.ended === 'renamed' ? renamedMeanwhile() : endedMeanwhile()
  }

  /**
   * Brings the attributes of `old` to the new record, if that is what it was before `old` was read: another request may
   * have brought over what is newer. `false`: it is not, and now is known as it is.
   */
  async #takeOver(session: Session, old: StoredRecord): Promise<boolean> {
    try {
      await this.#write(session, unmoved(session.known.record.version, takeOverIntent(old.record)))
      return true
    } catch (error) {
      if (!(error instanceof NewRecordMoved)) throw error
      session.refreshed(await this.#live(session.id))
      return false
    }
  }

  async #write(session: Session, intent: Intent<undefined>): Promise<void> {
    const result = await this.#options.queue.write(session.id, session.known, intent)
    if (result.kind === 'ended') throw endedMeanwhile()
    session.refreshed(result.stored)
  }
}

/** Where the new record comes from: the last id that the browser has shown. */
function previousOf(key: string, { previous }: SessionRecord, changed: readonly string[]): PreviousId {
  if (!previous) return { key, changed }
  return { key: previous.key, changed: [...new Set([...previous.changed, ...changed])] }
}

/** Writes a record that is new as it is, and nothing into one that somebody else has there. */
const createIntent: Intent<undefined> = {
  needsFresh: true,
  apply: (record, now) => {
    if (record.version > 0) throw new SessionError('SESSION_CONFLICT', 'There is a session with the new id already.')
    return { record: { ...record, lastAccessedAt: Math.max(record.lastAccessedAt, now) }, result: undefined }
  },
}

/** `intent`, for the version that was looked at and no later one. */
function unmoved(version: number, intent: Intent<undefined>): Intent<undefined> {
  return {
    needsFresh: intent.needsFresh,
    apply: (record, now) => {
      if (record.version !== version && record.previous) throw new NewRecordMoved()
      return intent.apply(record, now)
    },
  }
}

function endedMeanwhile(): SessionError {
  return new SessionError('SESSION_ENDED', 'The session was ended by another request while its id was changed.')
}

function renamedMeanwhile(): SessionError {
  return new SessionError('SESSION_RENAMED', 'The session was given a new id by another request meanwhile.')
}
