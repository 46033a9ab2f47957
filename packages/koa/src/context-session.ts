import type { StoredData } from './session-data.ts'

/** How koa-session's methods tell their outcome, where somebody wants it so. */
export type Callback = (error?: unknown) => void

/** `ctx.session`: what the application declares in `SessionData`, and beside it what koa-session gives and what we add. */
export interface ContextSession extends StoredData {
  /** Whether the session has never been stored: it began with this request, or nobody put anything in it. */
  readonly isNew: boolean
  /** How many attributes there are. */
  readonly length: number
  /** Whether there are any. */
  readonly populated: boolean
  /**
   * Ms that the cookie lasts, and the session without a request; `'session'`: until the browser closes. Set to `undefined` or
   * null it is the usual one again.
   */
  get maxAge(): number | 'session'
  set maxAge(value: number | 'session' | null | undefined)
  /** The session's id. */
  readonly externalKey: string
  /** Saves the session now, also when nothing is in it. */
  save(): Promise<void>
  save(callback: Callback): void
  /** Gives the session a new id, and keeps its data. */
  regenerate(): Promise<void>
  regenerate(callback: Callback): void
  /** Saves what was changed and sets the cookie, where `autoCommit` is off. */
  manuallyCommit(): Promise<void>
  /** As `save`, `regenerate` or `manuallyCommit`, by what `options` say. */
  commit(options?: { readonly save?: boolean; readonly regenerate?: boolean }): Promise<void>
  commit(callback: Callback): void
  commit(options: { readonly save?: boolean; readonly regenerate?: boolean }, callback: Callback): void
  /** The attributes, as a plain object. */
  toJSON(): StoredData

  /** With `hazelcastSession` alone: seconds without a request after which this session ends. */
  maxInactiveInterval: number
  /**
   * With `hazelcastSession` alone: changes the session atomically in the cluster. `change` is synchronous and may run
   * again; what it returns is returned. Rejects with `SESSION_ENDED` (409) or when nothing is confirmed (503).
   */
  update<R>(change: (data: StoredData) => R): Promise<R>
  /** With `hazelcastSession` alone: notes that the session belongs to `principal`, under a new id; its data are kept. */
  signIn(principal: string): Promise<void>
  /** With `hazelcastSession` alone: ends the session everywhere, and clears the browser's cookie. */
  signOut(): Promise<void>
  /** With `hazelcastSession` alone: gives the session a new id; its data are kept. */
  changeId(): Promise<void>
}
