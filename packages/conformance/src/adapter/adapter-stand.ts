import { equal, ok } from 'node:assert/strict'
import { soon } from '../expectation.ts'
import type {
  AdapterHarness,
  AdapterOptions,
  AdapterWorker,
  Visit,
  VisitAnswer,
  VisitHandler,
} from './adapter-harness.ts'
import { ObservedRecordStore } from './observed-record-store.ts'
import { Visitor } from './visitor.ts'
import type { Answer, VisitRequest } from './visitor.ts'

/** A worker, and what its paths do. */
export interface StandWorker extends AdapterWorker {
  readonly handlers: Map<string, VisitHandler>
}

/** A case's handler may return what is to be answered as JSON. */
export type CaseHandler = (visit: Visit) => Promise<unknown>

export const SECRET = 'a secret of the proof kit, 32 characters'

/** Workers of one application, over one store, and a browser. */
export class AdapterStand {
  readonly store: ObservedRecordStore = new ObservedRecordStore()
  readonly visitor: Visitor = new Visitor()
  readonly #harness: AdapterHarness
  readonly #workers: StandWorker[] = []
  #paths = 0

  constructor(harness: AdapterHarness) {
    this.#harness = harness
  }

  /** One more worker: `w1`, `w2`, and so on; not sticky unless it is asked for. */
  async worker(options: Partial<AdapterOptions> = {}): Promise<StandWorker> {
    const handlers = new Map<string, VisitHandler>()
    const given: AdapterOptions = {
      recordStore: this.store,
      secret: SECRET,
      sticky: false,
      workerName: `w${this.#workers.length + 1}`,
      logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      operationTimeout: 15_000,
      ...options,
    }
    const served = await this.#harness.serve(given, async (visit) => {
      const handler = handlers.get(visit.path)
      return handler ? handler(visit) : { kind: 'empty', status: 404 }
    })
    const worker = { ...served, handlers }
    this.#workers.push(worker)
    return worker
  }

  async pair(options?: Partial<AdapterOptions>): Promise<readonly [StandWorker, StandWorker]> {
    return [await this.worker(options), await this.worker(options)]
  }

  /** The path at which this worker does what `handler` says. */
  route(worker: StandWorker, handler: CaseHandler): string {
    const path = `/visit/${this.#paths++}`
    worker.handlers.set(path, async (visit) => answerOf(await handler(visit)))
    return path
  }

  /** Sends a request that `handler` serves. */
  visit(
    worker: StandWorker,
    handler: CaseHandler,
    request?: VisitRequest,
    visitor: Visitor = this.visitor,
  ): Promise<Answer> {
    return soon('an answer', visitor.send(worker.origin + this.route(worker, handler), request))
  }

  /** Sets an attribute, and expects that this is answered well. */
  async set(worker: StandWorker, name: string, value: unknown, visitor?: Visitor): Promise<Answer> {
    const answer = await this.visit(
      worker,
      async ({ session }) => void Reflect.set(session, name, value),
      undefined,
      visitor,
    )
    equal(answer.status, 200)
    return answer
  }

  /** What a request reads under these names. */
  async read(worker: StandWorker, names: readonly string[], visitor?: Visitor): Promise<readonly unknown[]> {
    const handler: CaseHandler = async ({ session }) => names.map((name) => Reflect.get(session, name) ?? null)
    const { status, json } = await this.visit(worker, handler, undefined, visitor)
    equal(status, 200)
    ok(Array.isArray(json))
    return json
  }

  /** The id of the session that the browser has, `null` for none. */
  async id(worker: StandWorker, visitor?: Visitor): Promise<unknown> {
    const handler: CaseHandler = async (visit) => (visit.isNew ? null : visit.id)
    return (await this.visit(worker, handler, undefined, visitor)).json
  }

  /** What is stored of a live session. */
  async record(id: unknown): Promise<Readonly<Record<string, unknown>>> {
    const text = await this.store.records.load(String(id))
    ok(text, 'Expected the session to be stored')
    return JSON.parse(text)
  }

  async dispose(): Promise<void> {
    this.store.isDown = false
    this.store.delay = 0
    for (const worker of this.#workers) await worker.close()
  }
}

function answerOf(value: unknown): VisitAnswer {
  return isAnswer(value) ? value : { kind: 'json', value: value ?? null }
}

function isAnswer(value: unknown): value is VisitAnswer {
  return typeof value === 'object' && value !== null && 'kind' in value
}
