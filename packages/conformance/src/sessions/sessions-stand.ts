import { ok } from 'node:assert/strict'
import type {
  RecordStore,
  Session,
  SessionAttributes,
  SessionManager,
  SessionManagerOptions,
} from '@hazelcast-session/core'
import { realPause, soon } from '../expectation.ts'
import type { SessionsHarness } from './sessions-harness.ts'

/** Workers as a case sees them. Nothing binds a session to one of them. */
export class SessionsStand {
  readonly store: RecordStore
  /** What the workers logged, `level: message`. */
  readonly log: string[] = []
  readonly #harness: SessionsHarness
  readonly #managers: SessionManager[] = []

  constructor(harness: SessionsHarness) {
    this.#harness = harness
    this.store = harness.store
  }

  /** One more worker, ready. */
  async worker(options: SessionManagerOptions = {}): Promise<SessionManager> {
    const write =
      (level: string) =>
      (message: string): void => {
        this.log.push(`${level}: ${message}`)
      }
    const logger = { debug: () => {}, info: write('info'), warn: write('warn'), error: write('error') }
    const workerName = `w${this.#managers.length + 1}`
    // A budget for machines that are busy with other things.
    const manager = this.#harness.manager({ sticky: false, workerName, logger, operationTimeout: 15_000, ...options })
    this.#managers.push(manager)
    await soon('a manager that is ready', manager.ready())
    return manager
  }

  async pair(options?: SessionManagerOptions): Promise<readonly [SessionManager, SessionManager]> {
    return [await this.worker(options), await this.worker(options)]
  }

  async workers(count: number, options?: SessionManagerOptions): Promise<readonly SessionManager[]> {
    return Promise.all(Array.from({ length: count }, () => this.worker(options)))
  }

  async pass(seconds: number): Promise<void> {
    if (this.#harness.advance) await this.#harness.advance(seconds * 1000)
    else await realPause(seconds * 1000)
  }

  /** The entries of sessions, live or ended, by key: as the store has them. */
  async entries(): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
    const entries = new Map<string, Readonly<Record<string, unknown>>>()
    for await (const page of this.store.find?.() ?? []) {
      for (const { key, text } of page) {
        const fields = fieldsOf(text)
        if (fields['format'] === 1) entries.set(key, fields)
      }
    }
    return entries
  }

  /** How often the session was written so far. */
  async writesOf(id: string): Promise<number> {
    const text = await this.store.load(id)
    ok(text !== undefined, 'Expected an entry, and there is none.')
    return Number(fieldsOf(text)['version'])
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#managers.map((manager) => manager.close()))
    await this.#harness.dispose?.()
  }
}

/** A session with these attributes, stored by the first request to this worker. */
export async function begin(worker: SessionManager, data: SessionAttributes = {}): Promise<Session> {
  const session = worker.create({ data })
  await session.save()
  return session
}

/** The session as a request sees it that arrives at this worker with the id. Fails when there is none. */
export async function arrive(worker: SessionManager, id: string): Promise<Session> {
  const opened = await worker.open(id)
  ok(opened.kind === 'live', `Expected a live session, found: ${opened.kind}.`)
  return opened.session
}

/** The attributes that a request with the id sees; `undefined` where there is no session. */
export async function seenBy(worker: SessionManager, id: string): Promise<SessionAttributes | undefined> {
  const opened = await worker.open(id)
  return opened.kind === 'live' ? { ...opened.session.data } : undefined
}

/** A whole request: arrives, makes these changes (`undefined` deletes), and saves. */
export async function request(worker: SessionManager, id: string, changes: SessionAttributes = {}): Promise<void> {
  const session = await arrive(worker, id)
  Object.assign(session.data, changes)
  await session.save()
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
