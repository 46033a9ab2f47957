import type { Logger } from './logger.ts'
import { reasonOf } from './logger.ts'
import type { EndReason } from './records/session-record.ts'
import type { SessionAttributes } from './attribute-view.ts'

/** A session as an event tells of it. The id is for the application's own bookkeeping; keep it out of logs. */
export interface SessionSummary {
  readonly id: string
  readonly principal: string | undefined
  /** A copy; to change it changes nothing. */
  readonly attributes: SessionAttributes
}

/** What can happen, and what a listener is told. `docs/reference/events.md` says when each fires. */
export interface SessionEventMap {
  /** A session was stored for the first time. */
  created: { readonly session: SessionSummary }
  /** This worker ended a session: at most once in the whole cluster. */
  destroyed: { readonly session: SessionSummary; readonly reason: EndReason }
  /** A session lives under a new id, after a log-in for example. */
  idChanged: { readonly session: SessionSummary; readonly previousId: string }
  /** A session arrived that another worker had; its cookie now names this one. */
  takenOver: { readonly session: SessionSummary }
  /** Two requests changed the same attributes of one session; the option `conflict` decided. */
  conflict: { readonly names: readonly string[] }
  /** A change came after the session's end and was dropped. */
  lateWrite: { readonly names: readonly string[] }
  /** A session that a new cluster did not know was created again from this worker's copy. */
  restored: { readonly session: SessionSummary }
  storeUnavailable: { readonly reason: string }
  storeAvailable: Readonly<Record<string, never>>
}

export type SessionEventName = keyof SessionEventMap

export type SessionEventListener<Name extends SessionEventName> = (event: SessionEventMap[Name]) => unknown

type Listeners = { [Name in SessionEventName]: Set<SessionEventListener<Name>> }

/** Events with types. A listener that throws, or whose promise rejects, is logged and disturbs nobody. */
export class SessionEvents {
  readonly #logger: Logger
  readonly #listeners: Listeners = {
    created: new Set(),
    destroyed: new Set(),
    idChanged: new Set(),
    takenOver: new Set(),
    conflict: new Set(),
    lateWrite: new Set(),
    restored: new Set(),
    storeUnavailable: new Set(),
    storeAvailable: new Set(),
  }

  constructor(logger: Logger) {
    this.#logger = logger
  }

  on<Name extends SessionEventName>(name: Name, listener: SessionEventListener<Name>): void {
    this.#of(name).add(listener)
  }

  off<Name extends SessionEventName>(name: Name, listener: SessionEventListener<Name>): void {
    this.#of(name).delete(listener)
  }

  /** Whether anybody listens, for events that are costly to describe. */
  hasListeners(name: SessionEventName): boolean {
    return this.#listeners[name].size > 0
  }

  emit<Name extends SessionEventName>(name: Name, event: SessionEventMap[Name]): void {
    for (const listener of Array.from(this.#of(name))) {
      try {
        const returned = listener(event)
        if (returned instanceof Promise) returned.catch((error: unknown) => this.#failed(name, error))
      } catch (error) {
        this.#failed(name, error)
      }
    }
  }

  #of<Name extends SessionEventName>(name: Name): Listeners[Name] {
    return this.#listeners[name]
  }

  #failed(name: SessionEventName, error: unknown): void {
    this.#logger.error(`A listener of "${name}" failed: ${reasonOf(error)}`)
  }
}
