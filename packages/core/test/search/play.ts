import { pause } from '../../src/clock.ts'
import { StoreUnavailableError } from '../../src/records/store-unavailable.ts'
import { SessionError } from '../../src/session-error.ts'
import type { Session } from '../../src/session.ts'
import type { Answer, Operation, Use } from './journal.ts'
import { INTERVAL, LIST } from './journal.ts'
import { NAMES } from './scenario.ts'
import type { Deed, Request, Scenario } from './scenario.ts'
import type { Worker, World } from './world.ts'
import { everybody } from './world.ts'

/** Ms in which a request that begins a session may be done with it. */
const LONGEST_BEGINNING = 10_000

/** What `update` is given to throw, and what it then rejects with. */
class Refusal extends Error {}

/** Plays the requests of `scenario`, each in its time, and resolves when every one of them has been answered. */
export async function play(scenario: Scenario, world: World): Promise<void> {
  const setFaulty = (isFaulty: boolean): void => {
    for (const { channel } of everybody(world)) channel.isFaulty = isFaulty
  }
  setFaulty(!scenario.begun)
  const views = new Map<string, Session>()
  const begun = world.keys.map((key, index) =>
    Promise.race([begin(world, index, key, views), at(world.workers, index).channel.died]),
  )
  await Promise.all(begun)
  setFaulty(true)
  const running: Promise<void>[] = []
  for (const request of scenario.requests) {
    await pause(world.clock, request.gap)
    const worker = at(world.workers, request.worker)
    if (worker.channel.diedAt !== undefined) continue
    running.push(Promise.race([handle(scenario, world, request, views), worker.channel.died]))
  }
  await Promise.all(running)
}

/** The request in which a session begins; some requests go on with its view, as a handler that is not yet done. */
async function begin(world: World, index: number, key: string, views: Map<string, Session>): Promise<void> {
  const worker = at(world.workers, index)
  const session = worker.manager.create({ id: key, data: { a: 'begun' } })
  views.set(key, session)
  const use = used(world, worker, key)
  use.isKept = await save(world, worker, session)
  use.to = world.clock.now()
}

function used({ journal, clock }: World, { name }: Worker, key: string, from: number = clock.now()): Use {
  const use: Use = { key, worker: name, from, to: Infinity, isKept: false }
  journal.uses.push(use)
  return use
}

async function handle(
  scenario: Scenario,
  world: World,
  request: Request,
  views: ReadonlyMap<string, Session>,
): Promise<void> {
  const worker = at(world.workers, request.worker)
  const key = at(world.keys, request.session)
  const fresh = views.get(key)
  // The worker on which a session began holds its first view, whether or not it was ever stored.
  const from = world.clock.now()
  const isFirstView =
    fresh !== undefined && isStillFirst(fresh, from) && worker === at(world.workers, world.keys.indexOf(key))
  const session = isFirstView ? fresh : await load(world, worker, key)
  if (!session) return
  const use = used(world, worker, key, from)
  if (request.cutOff > 0) worker.channel.cutOff(key, request.cutOff)
  const open = { kept: session }
  if (scenario.keepsAlive) worker.manager.openRequests.add(open)
  await handleWith(world, worker, session, request)
  worker.manager.openRequests.delete(open)
  if (scenario.keepsAlive && !session.isNew) {
    const isTouched = await touch(world, worker, session)
    use.isKept = isTouched && !session.isOver
  }
  use.to = world.clock.now()
}

/**
 * Whether a request may go on with the view in which the session began. Not for long: a create that is late would put
 * back what was swept meanwhile, as nobody could prevent.
 */
function isStillFirst({ isNew, createdAt }: Session, now: number): boolean {
  return isNew && now - createdAt < LONGEST_BEGINNING
}

async function handleWith(world: World, worker: Worker, session: Session, request: Request): Promise<void> {
  const running: Promise<unknown>[] = []
  for (const { pause: wait, deed, awaited } of request.steps) {
    if (wait > 0) await pause(world.clock, wait)
    const done = act(world, worker, session, deed)
    running.push(done)
    if (awaited) await done
  }
  const { changes, settings } = session.pending()
  if (changes.texts.size > 0 || Object.keys(settings).length > 0) running.push(save(world, worker, session))
  await Promise.all(running)
}

function act(world: World, worker: Worker, session: Session, deed: Deed): Promise<unknown> {
  const token = world.journal.nextToken()
  switch (deed.kind) {
    case 'set':
    case 'delete':
    case 'replaceData':
    case 'interval':
      change(world, session, deed, token)
      return Promise.resolve()
    case 'save':
      return save(world, worker, session)
    case 'saveTwice':
      return Promise.all([save(world, worker, session), save(world, worker, session)])
    case 'update':
      return update(world, worker, session, token, deed.names)
    case 'failingUpdate':
      return failingUpdate(world, worker, session, token)
    case 'touch':
      return touch(world, worker, session)
    case 'end':
      return told(world, { kind: 'end', worker, session, effects: new Map() }, () => session.end())
    case 'endById':
      return told(world, { kind: 'end', worker, session, effects: new Map() }, () => worker.manager.end(session.id))
    case 'vanish':
      return vanish(world, session.id)
  }
}

type Change = Extract<Deed, { readonly kind: 'set' | 'delete' | 'replaceData' | 'interval' }>

function change(world: World, session: Session, deed: Change, token: string): void {
  switch (deed.kind) {
    case 'set':
      for (const name of deed.names) session.data[name] = deed.common ? 'common' : token
      break
    case 'delete':
      delete session.data[deed.name]
      break
    case 'replaceData':
      session.replaceData({ [deed.name]: token, ...(LIST in session.data && { [LIST]: session.data[LIST] }) })
      break
    case 'interval':
      session.maxInactiveInterval = deed.seconds
  }
  const changes = world.journal.turnOf(session).changes
  for (const name of NAMES) changes.push([name, name in session.data ? JSON.stringify(session.data[name]) : undefined])
  if (deed.kind === 'interval') changes.push([INTERVAL, String(deed.seconds)])
}

/** Not while a create may still be on its way: it would put the entry back, as nobody could prevent. */
async function vanish(world: World, key: string): Promise<void> {
  const isCreate = (verb: string): boolean => verb === 'create' || verb === 'putIfAbsent'
  const inDoubt = world.workers.some(({ channel }) =>
    channel.faulted.some((call) => call.key === key && isCreate(call.verb)),
  )
  if (!inDoubt) await world.vanish(key)
}

export async function load(world: World, worker: Worker, key: string): Promise<Session | undefined> {
  let session: Session | undefined
  await told(world, { kind: 'load', worker, key, effects: new Map() }, async () => {
    session = await worker.manager.load(key)
    return session?.known.token
  })
  return session
}

function touch(world: World, worker: Worker, session: Session): Promise<boolean> {
  return told(world, { kind: 'touch', worker, session, effects: new Map() }, () => session.touch())
}

function save(world: World, worker: Worker, session: Session): Promise<boolean> {
  const effects = effectsOf(session)
  return told(world, { kind: 'save', worker, session, ...wanted(session, effects) }, () => session.save())
}

function update(
  world: World,
  worker: Worker,
  session: Session,
  token: string,
  names: readonly string[],
): Promise<unknown> {
  const effects = effectsOf(session)
  for (const name of names) effects.set(name, JSON.stringify(token))
  return told(world, { kind: 'update', worker, session, ...wanted(session, effects), appends: token }, () =>
    session.update((data) => {
      for (const name of names) data[name] = token
      const list: unknown = data[LIST]
      if (!Array.isArray(list)) {
        data[LIST] = [token]
        return [token]
      }
      list.push(token)
      return [...list]
    }),
  )
}

function failingUpdate(world: World, worker: Worker, session: Session, token: string): Promise<unknown> {
  const effects = new Map([['refused', JSON.stringify(token)]])
  return told(world, { kind: 'update', worker, session, effects }, () =>
    session.update((data) => {
      data['refused'] = token
      throw new Refusal()
    }),
  )
}

function effectsOf(session: Session): Map<string, string | undefined> {
  const { changes, settings } = session.pending()
  const effects = new Map(changes.texts)
  if (settings.maxInactiveInterval !== undefined) effects.set(INTERVAL, String(settings.maxInactiveInterval))
  return effects
}

/** An interval that is set to what it is already need not be stored. */
function wanted(session: Session, effects: Operation['effects']): Pick<Operation, 'effects' | 'isIntervalIdle'> {
  return { effects, isIntervalIdle: effects.get(INTERVAL) === String(session.known.record.maxInactiveInterval) }
}

type Call = Pick<Operation, 'kind' | 'effects' | 'isIntervalIdle' | 'appends'> & {
  readonly worker: Worker
} & ({ readonly key: string } | { readonly session: Session })

/** Makes a call and writes down what it was for and what came of it. Never rejects. Whether it succeeded. */
async function told(world: World, call: Call, make: () => Promise<unknown>): Promise<boolean> {
  const { clock, journal } = world
  const { kind, effects, isIntervalIdle, appends, worker } = call
  const key = 'session' in call ? call.session.id : call.key
  const turn = 'session' in call ? journal.enterTurn(call.session, clock.now()) : undefined
  const operation = journal.begin({
    kind,
    key,
    worker: worker.name,
    from: clock.now(),
    effects,
    appends,
    ...(isIntervalIdle !== undefined && { isIntervalIdle }),
    ...(turn && { turn }),
  })
  try {
    const result = await make()
    operation.answer = { kind: 'done', at: clock.now(), result }
  } catch (error) {
    operation.answer = { kind: 'failed', at: clock.now(), ...failure(error) }
    if (operation.answer.code === 'UNEXPECTED') {
      journal.problems.push(`operation ${operation.id} failed with ${String(error)}`)
    }
  }
  if (turn) turn.running -= 1
  return operation.answer.kind === 'done'
}

function failure(error: unknown): Pick<Answer & { kind: 'failed' }, 'code' | 'unsent'> {
  if (error instanceof Refusal) return { code: 'REFUSED', unsent: false }
  if (!(error instanceof SessionError)) return { code: 'UNEXPECTED', unsent: false }
  return { code: error.code, unsent: error instanceof StoreUnavailableError && error.unsent }
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length]
  if (item === undefined) throw new Error('There is nothing to choose from.')
  return item
}
