import { pause } from '../../../src/clock.ts'
import { SessionError } from '../../../src/session-error.ts'
import type { Session } from '../../../src/session.ts'
import { LIST } from '../journal.ts'
import { NAMES } from '../scenario.ts'
import type { Worker, World } from '../world.ts'
import { everybody } from '../world.ts'
import type { LateLedger, Written } from './ledger.ts'
import type { Act, LateRequest, LateScenario } from './late-scenario.ts'

/** Lets the requests come, each in its time, and resolves when all are answered, or their workers are dead. */
export async function playLate({ requests }: LateScenario, world: World, ledger: LateLedger): Promise<void> {
  await beginSession(world, ledger)
  for (const { channel } of everybody(world)) channel.isFaulty = true
  const running: Promise<void>[] = []
  for (const request of requests) {
    await pause(world.clock, request.gap)
    const worker = world.workers[request.worker % world.workers.length]
    if (!worker || worker.channel.diedAt !== undefined) continue
    const making = new Making({ world, worker, ledger, key: world.keys[0] ?? '' })
    running.push(Promise.race([making.make(request), worker.channel.died]))
  }
  await Promise.all(running)
}

/** The session as it is before anything happens: nobody's. */
export async function beginSession({ workers, keys, clock }: World, ledger: LateLedger): Promise<void> {
  const [first] = workers
  const [id = ''] = keys
  const data = Object.fromEntries(NAMES.map((name) => [name, ledger.nextValue()]))
  await first?.manager.create({ id, data }).save()
  for (const [name, value] of Object.entries(data)) {
    ledger.written.push({ worker: '', name, value, over: undefined, isLate: false, ackedAt: clock.now() })
  }
}

/** Who asks whom for what. */
export interface Arrival {
  readonly world: World
  readonly worker: Worker
  readonly ledger: LateLedger
  readonly key: string
  /** The worker that the cookie names. */
  readonly namedWorker?: string | undefined
}

/** One request while it is under way. */
export class Making {
  readonly #arrival: Arrival
  /** Written in the view, and not acknowledged. */
  readonly #unsaved: Written[] = []

  constructor(arrival: Arrival) {
    this.#arrival = arrival
  }

  async make({ steps }: Pick<LateRequest, 'steps'>): Promise<void> {
    const session = await this.#open()
    if (session) await this.#work(session, steps)
  }

  /** A request that comes without a session, and begins one. Whether that was confirmed. */
  async begin({ steps }: Pick<LateRequest, 'steps'>): Promise<boolean> {
    const session = this.#worker.manager.create({ id: this.#arrival.key })
    for (const name of NAMES) this.#set(session, name)
    // Nobody logs out of what nobody has heard of.
    return this.#work(
      session,
      steps.filter(({ act }) => act.kind !== 'end'),
    )
  }

  /** Whether the request was answered as one that is done. */
  async #work(session: Session, steps: LateRequest['steps']): Promise<boolean> {
    for (const { pause: wait, act } of steps) {
      if (wait > 0) await pause(this.#arrival.world.clock, wait)
      await this.#act(session, act)
    }
    for (const written of this.#unsaved) written.isLate = true
    return this.#told('answer', () => session.commit())
  }

  async #open(): Promise<Session | undefined> {
    const from = this.#now
    let session: Session | undefined
    await this.#told('open', async () => {
      const opened = await this.#worker.manager.open(this.#arrival.key, this.#arrival.namedWorker)
      if (opened.kind === 'live') session = opened.session
      this.#ledger.opened.push({ worker: this.#worker.name, kind: opened.kind, from, at: this.#now })
      return opened.kind
    })
    if (session) this.#see(session.data, from, 'a request')
    return session
  }

  async #act(session: Session, act: Act): Promise<void> {
    switch (act.kind) {
      case 'set':
        for (const name of act.names) this.#set(session, name)
        return
      case 'save':
        await this.#told('save', () => session.save())
        return
      case 'update':
        return this.#update(session)
      case 'end':
        return this.#end(session)
    }
  }

  async #end(session: Session): Promise<void> {
    const { manager, name: worker } = this.#worker
    const from = this.#now
    const isConfirmed = await this.#told('end', () => session.end())
    const isNoted = manager.isEndNoted(session.id)
    this.#ledger.logOuts.push({ worker, from, at: this.#now, isConfirmed, isNoted })
  }

  #set(session: Session, name: string): void {
    const value = this.#ledger.nextValue()
    const over = textOf(session.data[name])
    const written = { worker: this.#worker.name, name, value, over, isLate: false, ackedAt: Infinity }
    session.data[name] = value
    this.#unsaved.push(written)
    this.#ledger.written.push(written)
    this.#note(`${name}=${value} over ${over ?? 'nothing'}`)
  }

  async #update(session: Session): Promise<void> {
    const token = this.#ledger.nextValue()
    const from = this.#now
    this.#ledger.updates.set(token, false)
    let seen: Record<string, unknown> = {}
    const isDone = await this.#told(`update ${token}`, () =>
      session.update((data) => {
        seen = { ...data }
        const list: unknown = data[LIST]
        data[LIST] = [...(Array.isArray(list) ? list : []), token]
      }),
    )
    if (!isDone) return
    this.#ledger.updates.set(token, true)
    this.#see(seen, from, 'an update')
  }

  #see(data: Readonly<Record<string, unknown>>, from: number, by: string): void {
    for (const name of NAMES) {
      this.#ledger.seen.push({ worker: this.#worker.name, name, value: textOf(data[name]), from, at: this.#now, by })
    }
  }

  /** Makes a call and writes down what came of it. Never rejects. */
  async #told(what: string, call: () => Promise<unknown>): Promise<boolean> {
    const writes = what !== 'open' && what !== 'end'
    const asked = [...this.#unsaved]
    this.#note(`${what} …`)
    try {
      const result = await call()
      this.#note(`${what}: done ${typeof result === 'string' ? result : ''}`)
      if (!writes) return true
      for (const written of asked) written.ackedAt = Math.min(written.ackedAt, this.#now)
      this.#unsaved.splice(0, this.#unsaved.length, ...this.#unsaved.filter((written) => !asked.includes(written)))
      return true
    } catch (error) {
      if (!(error instanceof SessionError)) this.#ledger.problems.push(`${what} failed with ${String(error)}`)
      this.#note(`${what}: failed with ${error instanceof SessionError ? error.code : String(error)}`)
      return false
    }
  }

  #note(what: string): void {
    this.#ledger.told.push({ at: this.#now, what: `${this.#worker.name} ${what}` })
  }

  get #now(): number {
    return this.#arrival.world.clock.now()
  }

  get #worker(): Worker {
    return this.#arrival.worker
  }

  get #ledger(): LateLedger {
    return this.#arrival.ledger
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
