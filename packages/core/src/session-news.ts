import { AttributeView } from './attribute-view.ts'
import type { Logger } from './logger.ts'
import type { AttributeSerializer } from './records/attribute-serializer.ts'
import type { EndReason, SessionRecord } from './records/session-record.ts'
import type { AttributeChanges } from './saving/attribute-changes.ts'
import { SessionError } from './session-error.ts'
import type { SessionEvents, SessionSummary } from './session-events.ts'

export interface SessionNewsOptions {
  readonly events: SessionEvents
  readonly logger: Logger
  readonly serializer: AttributeSerializer
}

/** Tells the world what became of sessions. What nobody listens to is not put together. */
export class SessionNews {
  readonly #options: SessionNewsOptions
  /** Attribute names whose conflicts were logged. */
  readonly #loggedConflicts = new Set<string>()

  constructor(options: SessionNewsOptions) {
    this.#options = options
  }

  /** The session as an event tells of it. */
  summary(id: string, record: SessionRecord): SessionSummary {
    const { data } = new AttributeView(record.attributes, this.#options.serializer)
    return { id, principal: record.principal, attributes: data }
  }

  created(key: string, record: SessionRecord): void {
    const { events } = this.#options
    if (events.hasListeners('created')) events.emit('created', { session: this.summary(key, record) })
  }

  restored(key: string, record: SessionRecord): void {
    const { events } = this.#options
    if (events.hasListeners('restored')) events.emit('restored', { session: this.summary(key, record) })
  }

  idChanged(key: string, record: SessionRecord, previousId: string): void {
    const { events } = this.#options
    if (events.hasListeners('idChanged')) {
      events.emit('idChanged', { session: this.summary(key, record), previousId })
    }
  }

  /** `last`: as it was at its end. */
  ended(key: string, last: SessionRecord, reason: EndReason): void {
    const { events } = this.#options
    if (reason !== 'renamed' && events.hasListeners('destroyed')) {
      events.emit('destroyed', { session: this.summary(key, last), reason })
    }
  }

  /** Names that were changed on two sides. */
  conflicts(names: readonly string[]): void {
    if (names.length === 0) return
    const { events, logger } = this.#options
    events.emit('conflict', { names })
    for (const name of names) {
      if (this.#loggedConflicts.has(name) || this.#loggedConflicts.size > 1000) continue
      this.#loggedConflicts.add(name)
      logger.warn(
        `Two requests changed the session attribute "${name}" at the same time; the option \`conflict\` decided. ` +
          'Use `update()` for values that depend on what is stored. (Said once for each name.)',
      )
    }
  }

  /** Names whose change was given up. */
  dropped(names: readonly string[]): void {
    this.#options.events.emit('lateWrite', { names })
  }

  /** Tells of a change that came too late, and makes the error for who asked for it. */
  lateWrite(changes: AttributeChanges): SessionError {
    this.dropped([...changes.texts.keys()])
    return new SessionError(
      'SESSION_ENDED',
      'The session was ended by another request, or expired, before this change was saved; the change was dropped.',
    )
  }
}
