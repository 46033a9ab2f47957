import type { Clock } from '../clock.ts'
import { pause, within } from '../clock.ts'
import type { LocalSessionCache } from '../local/local-session-cache.ts'
import type { Logger } from '../logger.ts'
import type { OnUnreadable } from '../options/session-manager-options.ts'
import { SessionError } from '../session-error.ts'
import { isKey } from '../session-id-policy.ts'
import type { RecordCodec } from './record-codec.ts'
import type { RecordStore } from './record-store.ts'
import type { EndedMarker, StoredEntry, StoredRecord } from './session-record.ts'
import { isEnded } from './session-record.ts'
import { StoreUnavailableError, isUnsent } from './store-unavailable.ts'

export interface RecordLoaderOptions {
  readonly store: RecordStore
  readonly codec: RecordCodec
  readonly clock: Clock
  readonly logger: Logger
  readonly operationTimeout: number
  readonly onUnreadable: OnUnreadable
  /** Where copies are kept of what is read; without it, nowhere. */
  readonly copies?: LocalSessionCache | undefined
}

const RETRY_PAUSE = 50

/** Reads records for requests: live ones only, within the budget of one load. */
export class RecordLoader {
  readonly #options: RecordLoaderOptions
  #hasWarned = false

  constructor(options: RecordLoaderOptions) {
    this.#options = options
  }

  /** As `look`, for callers that care for live records only. */
  async load(key: string): Promise<StoredRecord | undefined> {
    const found = await this.look(key)
    return found && 'record' in found ? found : undefined
  }

  /**
   * The live record under `key`, or the marker of a session that ended. `undefined` for a session that does not exist
   * or has expired, and for a value that cannot be read unless `onUnreadable` is `'fail'`. Rejects with
   * `STORE_UNAVAILABLE`.
   */
  async look(key: string): Promise<StoredRecord | EndedMarker | undefined> {
    if (!isKey(key)) return undefined
    const { clock, operationTimeout, copies } = this.#options
    const deadline = clock.now() + operationTimeout
    const asked = copies?.ask()
    let text: string | undefined
    try {
      text = await this.#text(key, deadline)
      if (text === undefined) {
        copies?.forget(key)
        return undefined
      }
      const entry = this.#entry(key, text)
      if (isEnded(entry)) {
        copies?.forget(key)
        return entry
      }
      if (entry.expiresAt <= clock.now()) return undefined
      const stored = { record: entry, token: text }
      if (asked) copies?.keep(key, stored, asked)
      return stored
    } catch (error) {
      if (!isUnreadable(error)) throw error
      return this.#unreadable(key, text, error, deadline)
    }
  }

  /** What the text says; the record that was read from it before, if this is the text of the copy. */
  #entry(key: string, text: string): StoredEntry {
    const known = this.#options.copies?.latest(key)
    return known?.token === text ? known.record : this.#options.codec.parse(key, text)
  }

  /** Reads can be repeated, so one that failed fast is, while there is time. */
  async #text(key: string, deadline: number): Promise<string | undefined> {
    const { store, clock } = this.#options
    for (;;) {
      try {
        return await this.#until(deadline, store.load(key))
      } catch (error) {
        if (isUnreadable(error) || isUnsent(error) || clock.now() + RETRY_PAUSE >= deadline) throw error
        await pause(clock, RETRY_PAUSE)
      }
    }
  }

  /** Says once that something stored cannot be read; throws the error where `onUnreadable` is `'fail'`. */
  noteUnreadable(error: SessionError): void {
    const { logger, onUnreadable } = this.#options
    if (!this.#hasWarned) logger.warn(`${error.message} (Said once.)`)
    this.#hasWarned = true
    if (onUnreadable === 'fail') throw error
  }

  async #unreadable(key: string, text: string | undefined, error: SessionError, deadline: number): Promise<undefined> {
    const { onUnreadable, store } = this.#options
    this.noteUnreadable(error)
    if (onUnreadable === 'remove') await this.#until(deadline, store.remove(key, text))
    return undefined
  }

  /** Each call gets what is left of the budget. */
  #until<T>(deadline: number, call: Promise<T>): Promise<T> {
    const { clock, operationTimeout } = this.#options
    const late = (): Error =>
      new StoreUnavailableError(
        `The session store did not answer within ${operationTimeout} ms (option \`operationTimeout\`).`,
        { unsent: false },
      )
    return within(clock, Math.max(1, deadline - clock.now()), call, late)
  }
}

function isUnreadable(error: unknown): error is SessionError {
  return error instanceof SessionError && error.code === 'RECORD_UNREADABLE'
}
