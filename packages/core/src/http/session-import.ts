import { SessionError } from '../session-error.ts'
import type { SessionManager } from '../session-manager.ts'
import type { Session } from '../session.ts'
import type { SessionAttributes } from '../attribute-view.ts'
import { noteCookieLife } from './cookie-max-age.ts'

/** A session as it was found in the store of before. */
interface FormerSession {
  readonly attributes: SessionAttributes
  /** Ms that its cookie lasts; null: until the browser closes; `undefined`: nothing was said of that. */
  readonly maxAge: number | null | undefined
}

/** The store that an application had before, whatever its library is. */
export interface FormerStore {
  /** `undefined`: there is no such session, or it is over. */
  find(id: string): Promise<FormerSession | undefined>
  remove(id: string): Promise<unknown>
}

interface SessionImportConfig {
  readonly manager: SessionManager
  /** Ms that one call may take. */
  readonly timeout: number
  /** Ms that the application's own cookies last; null: until the browser closes. */
  readonly usualMaxAge: number | null
  /** Whether the application says how long its sessions live. */
  readonly isIntervalGiven: boolean
}

/** Where sessions are taken over from, while an application moves. Rejects with 503, and within the budget. */
export class SessionImport {
  readonly #from: FormerStore
  readonly #config: SessionImportConfig

  constructor(from: FormerStore, config: SessionImportConfig) {
    this.#from = from
    this.#config = config
  }

  /**
   * Moves a session into the cluster, under the same id, and takes it away where it was. Requests that find it at the same
   * time move it once. `undefined`: it is not there either.
   */
  async take(id: string): Promise<Session | undefined> {
    const found = await this.#asked(() => this.#from.find(id))
    if (!found) return undefined
    const { manager, usualMaxAge, isIntervalGiven } = this.#config
    const session = manager.create({ id })
    const { attributes, maxAge } = found
    const defaultInterval = manager.maxInactiveInterval
    if (maxAge !== undefined) noteCookieLife(session, { maxAge, usualMaxAge, defaultInterval, isIntervalGiven })
    const isTaken = await session.update((stored) => fill(stored, attributes)).then(() => true, unlessEnded)
    await this.end(id)
    return isTaken ? session : undefined
  }

  /** Takes a session away, so that one that ended here is not found there again. */
  async end(id: string): Promise<void> {
    await this.#asked(() => this.#from.remove(id))
  }

  async #asked<T>(call: () => Promise<T>): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('No answer in time.')), this.#config.timeout)
    })
    try {
      return await Promise.race([call(), late])
    } catch (cause) {
      if (isMissing(cause)) return undefined
      const message = 'The store that sessions are imported from did not answer.'
      throw new SessionError('STORE_UNAVAILABLE', message, { cause })
    } finally {
      clearTimeout(timer)
    }
  }
}

/** What a call of a store with a callback comes to. */
export function calledBack<T>(call: (done: (error?: unknown, value?: T) => void) => void): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    call((error, value) => (error ? reject(error) : resolve(value)))
  })
}

/** Another request may have moved the session a moment ago, and have changed it since. */
function fill(stored: object, attributes: object): void {
  if (Object.keys(stored).length === 0) Object.assign(stored, attributes)
}

/** How stores may say that there is no such session. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function unlessEnded(error: unknown): false {
  if (error instanceof SessionError && error.code === 'SESSION_ENDED') return false
  throw error
}
