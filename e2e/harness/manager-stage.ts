import { SessionManager } from '@hazelcast-session/core'
import type { SessionManagerOptions, SessionManagerSurroundings } from '@hazelcast-session/core'
import type { Client } from 'hazelcast-client'
import { afterAll } from 'vitest'
import { PATIENT_BUDGET } from './budget.ts'
import { ListeningWorker } from './listening-worker.ts'
import type { ListeningWorkerOptions } from './listening-worker.ts'
import { MemberGroup } from './member-group.ts'
import type { MemberGroupOptions } from './member-group.ts'
import { shiftedClock } from './shifted-clock.ts'

interface ManagerOptions extends SessionManagerOptions {
  /** Ms by which its clock is ahead. @default 0 */
  readonly ahead?: number
  /** Ms. @default 15 s, for scenarios that are not about time */
  readonly operationTimeout?: number
}

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/**
 * Members, session managers in the test's own process, and processes that listen. All are gone at the end of the file,
 * however its tests went.
 */
export class ManagerStage {
  readonly #groups: MemberGroup[] = []
  readonly #clients: Client[] = []
  readonly #managers: SessionManager[] = []
  readonly #workers: ListeningWorker[] = []
  #count = 0

  constructor() {
    afterAll(() => this.clear())
  }

  /** Members that run and know each other. */
  async members(options: MemberGroupOptions): Promise<MemberGroup> {
    const group = await MemberGroup.prepare(options)
    this.#groups.push(group)
    await group.start()
    return group
  }

  /** A manager that can be used; every one has a name of its own. */
  async manager(group: MemberGroup, { ahead, ...options }: ManagerOptions = {}): Promise<SessionManager> {
    const surroundings: SessionManagerSurroundings =
      ahead === undefined ? { environment: {} } : { environment: {}, clock: shiftedClock(ahead) }
    const place = options.client ? {} : { clusterName: group.name, clusterMembers: group.addresses }
    const workerName = `m${(this.#count += 1)}`
    const usual = { workerName, logger: SILENT, operationTimeout: PATIENT_BUDGET }
    const manager = new SessionManager({ ...place, ...usual, ...options }, surroundings)
    this.#managers.push(manager)
    await manager.ready()
    return manager
  }

  /** A client for tests to look with; of one member only when its index is given. */
  async client(group: MemberGroup, index?: number): Promise<Client> {
    const client = await group.connect(index)
    this.#clients.push(client)
    return client
  }

  /** A process of its own that listens; it may not have begun its sessions yet. */
  worker(group: MemberGroup, options: Pick<ListeningWorkerOptions, 'begin' | 'slow' | 'env'>): ListeningWorker {
    const name = `p${(this.#count += 1)}`
    const worker = new ListeningWorker({ name, clusterName: group.name, addresses: group.addresses, ...options })
    this.#workers.push(worker)
    return worker
  }

  async clear(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker.kill()))
    await Promise.all(this.#managers.splice(0).map((manager) => manager.close()))
    await Promise.all(this.#clients.splice(0).map((client) => client.shutdown()))
    await Promise.all(this.#groups.splice(0).map((group) => group.stop()))
  }
}
