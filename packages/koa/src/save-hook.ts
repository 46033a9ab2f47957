import type { Session } from '@hazelcast-session/core'
import type Koa from 'koa'
import type { ContextSession } from './context-session.ts'
import type { MiddlewareOptions } from './middleware-options.ts'

/** `beforeSave` for one request: it runs once for what is saved, whoever asks for that, and whatever it changes itself. */
export class SaveHook {
  readonly #beforeSave: NonNullable<MiddlewareOptions['beforeSave']>
  readonly #ctx: Koa.Context
  /** It runs, or somebody saves by hand: what the session notes meanwhile is no assignment of the application's. */
  #isBusy = false
  /** It has run, and only what is assigned after that is a reason to run again. */
  #hasRun = false
  /** An assignment was written at once, or will be: it did not run for that. */
  #isOwed = false

  constructor(beforeSave: NonNullable<MiddlewareOptions['beforeSave']>, ctx: Koa.Context) {
    this.#beforeSave = beforeSave
    this.#ctx = ctx
  }

  /** Something beside the attributes is to be saved. */
  renew(): void {
    this.#hasRun = false
  }

  /** The session is about to be written. Where an assignment has that done at once, it is the end of the request that counts. */
  noted(view: Session): void {
    if (!this.#isBusy && view.pending().changes.texts.size > 0) this.#isOwed = true
  }

  /** Runs it at the end of a request that saves the session. `isAsked`: somebody wants that, though nothing was changed. */
  atEnd(session: ContextSession, view: Session, isAsked: () => boolean): void {
    const { changes, isEmpty } = view.pending()
    const isChanged = changes.texts.size > 0 || this.#isOwed
    // A new session that nothing was put in is not stored.
    const isSaved = isChanged || (!view.isNew && !this.#hasRun && (!isEmpty || isAsked()))
    if (isSaved) this.#run(session)
  }

  /** Runs it, and then `work`, which saves by hand. */
  async before<T>(session: ContextSession, work: () => Promise<T>): Promise<T> {
    this.#run(session)
    return this.#while(work)
  }

  #run(session: ContextSession): void {
    if (this.#isBusy) return
    this.#while(() => this.#beforeSave(this.#ctx, session))
    this.#hasRun = true
    this.#isOwed = false
  }

  #while<T>(work: () => T): T {
    const wasBusy = this.#isBusy
    this.#isBusy = true
    try {
      return work()
    } finally {
      this.#isBusy = wasBusy
    }
  }
}
