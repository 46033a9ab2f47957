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
  await begin(world, ledger)
  for (const { channel } of everybody(world)) channel.isFaulty = true
  const running: Promise<void>[] = []
  for (const request of requests) {
    await pause(world.clock, request.gap)
    const worker = world.workers[request.worker % world.workers.length]
    if (!worker || worker.channel.diedAt !== undefined) continue
    running.push(Promise.race([new Making(world, worker, ledger).make(request), worker.channel.died]))
  }
  await Promise.all(running)
}

async function begin({ workers, keys, clock }: World, ledger: LateLedger): Promise<void> {
  const [first] = workers
  const [id = ''] = keys
  const data = Object.fromEntries(NAMES.map((name) => [name, ledger.nextValue()]))
  await first?.manager.create({ id, data }).save()
  for (const [name, value] of Object.entries(data)) {
    ledger.written.push({ worker: '', name, value, over: undefined, isLate: false, ackedAt: clock.now() })
  }
}

/** One request while it is under way. */
class Making {
  readonly #world: World
  readonly #worker: Worker
  readonly #ledger: LateLedger
  /** Written in the view, and not acknowledged. */
  readonly #unsaved: Written[] = []

  constructor(world: World, worker: Worker, ledger: LateLedger) {
    this.#world = world
    this.#worker = worker
    this.#ledger = ledger
  }

  async make({ steps }: LateRequest): Promise<void> {
    const session = await this.#open()
    if (!session) return
    for (const { pause: wait, act } of steps) {
      if (wait > 0) await pause(this.#world.clock, wait)
      await this.#act(session, act)
    }
    for (const written of this.#unsaved) written.isLate = true
    await this.#told('answer', () => session.commit())
  }

  async #open(): Promise<Session | undefined> {
    const from = this.#now
    let session: Session | undefined
    await this.#told('open', async () => {
      const opened = await this.#worker.manager.open(this.#world.keys[0] ?? '')
      if (opened.kind === 'live') session = opened.session
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
        await this.#told('end', () => session.end())
    }
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
    return this.#world.clock.now()
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
