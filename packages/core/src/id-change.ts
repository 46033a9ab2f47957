import type { RecordLoader } from './records/record-loader.ts'
import type { SessionRecord } from './records/session-record.ts'
import { withChanges } from './saving/attribute-changes.ts'
import type { ConflictPolicy } from './saving/conflict-policy.ts'
import type { Intent, RecordSettings } from './saving/intent.ts'
import { changeIntent, dropPreviousIntent, takeOverIntent } from './saving/intent.ts'
import type { SaveQueue } from './saving/save-queue.ts'
import type { SessionEnder } from './saving/session-ender.ts'
import { SessionError } from './session-error.ts'
import type { Session } from './session.ts'

export interface IdChangeOptions {
  readonly loader: RecordLoader
  readonly queue: SaveQueue
  readonly ender: SessionEnder
  readonly policy: ConflictPolicy
}

/**
 * Gives sessions new ids so that nothing is lost when the answer that carries the new id never arrives. The change only
 * makes a second record, which knows the first; the first request that shows the new id, and so proves that the browser
 * has it, brings over what came to the old one since, and ends it. Nothing leads from the old id to the new.
 */
export class IdChange {
  readonly #options: IdChangeOptions

  constructor(options: IdChangeOptions) {
    this.#options = options
  }

  /** Moves the session to `newId`, with its unsaved changes and these settings. */
  async begin(session: Session, newId: string, settings: RecordSettings): Promise<void> {
    await this.complete(session)
    const pending = session.pending()
    const old = session.known.record
    const oldKey = session.isNew ? undefined : session.id
    const content: SessionRecord = {
      ...old,
      ...pending.settings,
      ...settings,
      version: 0,
      writes: [],
      attributes: withChanges(old.attributes, pending.changes.texts),
      previous: oldKey === undefined ? undefined : { key: oldKey, changed: [...pending.changes.texts.keys()] },
    }
    const created = await this.#options.queue.write(
      newId,
      { record: content, token: undefined },
      changeIntent({ base: content.attributes, texts: new Map() }, {}, this.#options.policy),
    )
    if (created.kind === 'ended') throw endedMeanwhile()
    session.renamed(newId, pending.changes, pending.settings, created.stored)
    // An id that stood for a logged-in user must not go on doing so.
    if (old.principal !== undefined) await this.complete(session)
  }

  /** Brings over what came to the old record, ends that, and forgets it. Nothing to do when no change is under way. */
  async complete(session: Session): Promise<void> {
    const { previous } = session.known.record
    if (!previous) return
    const { loader, ender } = this.#options
    for (let isEnded = false; !isEnded;) {
      const old = await loader.load(previous.key)
      if (!old) break
      await this.#write(session, takeOverIntent(old.record.attributes))
      isEnded = await ender.endUnchanged(previous.key, old, 'renamed')
    }
    await this.#write(session, dropPreviousIntent)
  }

  async #write(session: Session, intent: Intent<undefined>): Promise<void> {
    const result = await this.#options.queue.write(session.id, session.known, intent)
    if (result.kind === 'ended') throw endedMeanwhile()
    session.refreshed(result.stored)
  }
}

function endedMeanwhile(): SessionError {
  return new SessionError('SESSION_ENDED', 'The session was ended by another request while its id was changed.')
}
