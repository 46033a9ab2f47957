import { pause } from '../../../src/clock.ts'
import { SessionError } from '../../../src/session-error.ts'
import type { Session } from '../../../src/session.ts'
import type { Worker, World } from '../world.ts'
import { everybody } from '../world.ts'
import type { Changed, Diary, EndAsked, Opened, Told, Written } from './diary.ts'
import type { Act, Visit, VisitScenario } from './visits.ts'

/** The number of the request in which the session began, and of those that look at it in the end. */
export const FIRST = -1
export const LAST = Infinity

const REFUSED: ReadonlySet<unknown> = new Set(['SESSION_ENDED', 'SESSION_RENAMED', 'SESSION_CONFLICT'])
const UNKNOWN: ReadonlySet<unknown> = new Set(['STORE_UNAVAILABLE', 'OUTCOME_UNKNOWN'])

/** Lets one browser make its requests, each in its time, and resolves when all have been answered or are lost. */
export async function visitAll({ visits }: VisitScenario, world: World, diary: Diary): Promise<void> {
  const [first] = world.workers
  if (first) await begin(first, world, diary)
  for (const { channel } of everybody(world)) channel.isFaulty = true
  const running: Promise<void>[] = []
  for (const [number, visit] of visits.entries()) {
    await pause(world.clock, visit.gap)
    const worker = world.workers[visit.worker % world.workers.length]
    if (!worker || worker.channel.diedAt !== undefined) continue
    const request = new Visiting(world, worker, diary, number)
    running.push(Promise.race([request.make(visit), worker.channel.died]))
  }
  await Promise.all(running)
}

async function begin(worker: Worker, world: World, diary: Diary): Promise<void> {
  const session = worker.manager.create({ id: diary.shown(0), data: { begun: 'begun' } })
  const request = new Visiting(world, worker, diary, FIRST)
  await request.save(session)
  diary.hear(FIRST, session.id, session.id)
}

/** One request while it is under way. */
export class Visiting {
  readonly #world: World
  readonly #worker: Worker
  readonly #diary: Diary
  readonly #number: number

  constructor(world: World, worker: Worker, diary: Diary, number: number) {
    this.#world = world
    this.#worker = worker
    this.#diary = diary
    this.#number = number
  }

  async make({ age, steps, isHeard }: Visit): Promise<void> {
    const shown = this.#diary.shown(age)
    const session = await this.open(shown)
    if (!session) return
    const open = { kept: session }
    this.#worker.manager.openRequests.add(open)
    for (const { pause: wait, act } of steps) {
      if (wait > 0) await pause(this.#world.clock, wait)
      await this.#act(session, act)
    }
    await this.save(session)
    this.#worker.manager.openRequests.delete(open)
    if (isHeard) this.#diary.hear(this.#number, shown, session.id)
  }

  async open(key: string): Promise<Session | undefined> {
    const entry: Opened = { kind: 'open', found: undefined, ...this.#entry(key) }
    let session: Session | undefined
    await this.#told([entry], async () => {
      const opened = await this.#worker.manager.open(key)
      entry.found = opened.kind
      if (opened.kind === 'live') session = opened.session
    })
    return session
  }

  async save(session: Session): Promise<void> {
    await this.#told(this.#writes(session, session.id), () => session.save())
  }

  async #act(session: Session, act: Act): Promise<void> {
    const value = this.#diary.next('t')
    switch (act.kind) {
      case 'set':
        for (const name of [value, ...act.shared]) session.data[name] = value
        return
      case 'update':
        return this.#update(session, value)
      case 'save':
        return this.save(session)
      case 'changeId':
      case 'signIn':
        return this.#changeId(session, act.kind)
      case 'end':
        return this.#end(session)
    }
  }

  async #update(session: Session, token: string): Promise<void> {
    const own: Written = { kind: 'write', name: 'list', value: token, ...this.#entry(session.id) }
    await this.#told([own, ...this.#writes(session, session.id)], () =>
      session.update((data) => {
        data['list'] = [...listOf(data['list']), token]
      }),
    )
  }

  async #changeId(session: Session, kind: 'changeId' | 'signIn'): Promise<void> {
    const newKey = this.#diary.next(`${this.#diary.jar[0] ?? ''}N`)
    const writes = this.#writes(session, newKey)
    const entry: Changed = {
      kind: 'change',
      newKey,
      names: writes.map(({ name }) => name),
      endsOld: session.principal !== undefined && session.known.record.previous === undefined,
      ...this.#entry(session.id),
    }
    await this.#told([entry, ...writes], () =>
      kind === 'signIn' ? session.signIn('ann', newKey) : session.changeId(newKey),
    )
  }

  async #end(session: Session): Promise<void> {
    const entry: EndAsked = { kind: 'end', isOwn: false, ...this.#entry(session.id) }
    await this.#told([entry], async () => {
      entry.isOwn = await session.end()
    })
  }

  #writes(session: Session, key: string): Written[] {
    return [...session.pending().changes.texts].map(([name, text = '']) => {
      return { kind: 'write', name, value: String(JSON.parse(text)), ...this.#entry(key) }
    })
  }

  #entry(key: string) {
    const from = this.#world.clock.now()
    return { visit: this.#number, worker: this.#worker.name, key, from, to: Infinity, outcome: 'unknown' as const }
  }

  /** Makes a call and writes down what came of it. Never rejects. */
  async #told(entries: readonly Told[], call: () => Promise<unknown>): Promise<void> {
    for (const entry of entries) this.#diary.note(entry)
    let outcome: Told['outcome'] = 'done'
    try {
      await call()
    } catch (error) {
      const code = error instanceof SessionError ? error.code : undefined
      outcome = REFUSED.has(code) ? 'refused' : 'unknown'
      if (outcome === 'unknown' && !UNKNOWN.has(code)) this.#diary.problems.push(`a call failed with ${String(error)}`)
    }
    for (const entry of entries) Object.assign(entry, { outcome, to: this.#world.clock.now() })
  }
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
