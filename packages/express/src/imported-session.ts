import { SessionError } from '@hazelcast-session/core'
import type { Session, SessionManager } from '@hazelcast-session/core'
import type { SessionSource } from '@hazelcast-session/core/adapter'
import type { SessionData } from 'express-session'
import { PLAIN_COOKIE, noteCookie } from './cookie-settings.ts'
import type { ImportStore } from './middleware-options.ts'
import { isHidden } from './hidden-names.ts'

type Done<T> = (error?: unknown, value?: T) => void

/** The store that sessions are taken over from, while an application moves. Rejects with 503, and within the budget. */
export class SessionImport implements SessionSource {
  readonly #from: ImportStore
  readonly #manager: SessionManager
  readonly #timeout: number

  /** `timeout`: ms that one call may take. */
  constructor(from: ImportStore, manager: SessionManager, timeout: number) {
    this.#from = from
    this.#manager = manager
    this.#timeout = timeout
  }

  /**
   * Moves a session into the cluster, under the same id, and takes it away where it was. Requests that find it at the same
   * time move it once. `undefined`: it is not there either.
   */
  async take(id: string): Promise<Session | undefined> {
    const data = await this.#ask<SessionData | null>((done) => this.#from.get(id, done))
    if (!data) return undefined
    const session = this.#manager.create({ id })
    noteCookie(session, Reflect.get(data, 'cookie') ?? PLAIN_COOKIE, PLAIN_COOKIE, this.#manager.maxInactiveInterval)
    const attributes = Object.fromEntries(Object.entries(data).filter(([name]) => !isHidden(name)))
    const isTaken = await session.update((stored) => fill(stored, attributes)).then(() => true, unlessEnded)
    await this.end(id)
    return isTaken ? session : undefined
  }

  /** Takes a session away, so that one that ended here is not found there again. */
  async end(id: string): Promise<void> {
    await this.#ask((done) => this.#from.destroy(id, done))
  }

  #ask<T>(call: (done: Done<T>) => void): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const refuse = (cause?: unknown): void =>
        reject(
          new SessionError('STORE_UNAVAILABLE', 'The store that sessions are imported from did not answer.', { cause }),
        )
      const timer = setTimeout(refuse, this.#timeout)
      const done: Done<T> = (error, value) => {
        clearTimeout(timer)
        if (isMissing(error) || !error) resolve(value)
        else refuse(error)
      }
      try {
        call(done)
      } catch (error) {
        done(error)
      }
    })
  }
}

/** Another request may have moved the session a moment ago, and have changed it since. */
function fill(stored: object, attributes: object): void {
  if (Object.keys(stored).length === 0) Object.assign(stored, attributes)
}

/** How stores of express-session may say that there is no such session. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function unlessEnded(error: unknown): false {
  if (error instanceof SessionError && error.code === 'SESSION_ENDED') return false
  throw error
}
