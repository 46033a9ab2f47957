import { expect, test } from 'vitest'
import type { AttributeSerializer } from '../src/records/attribute-serializer.ts'
import type { Session } from '../src/session.ts'
import type { Managed } from './saving/managed.ts'
import { managed } from './saving/managed.ts'

const code = (expected: string): unknown => expect.objectContaining({ code: expected })

test('forty parallel requests that each set another attribute leave forty', async () => {
  const setting = managed()
  const { manager, other, clock } = setting
  const second = other()
  const { id } = await shared(setting)
  const requests = Array.from({ length: 40 }, async (_, n) => {
    const session = await (n % 2 ? manager : second).load(id)
    session!.data[`a${n}`] = n
    await session!.save()
  })
  await clock.until(Promise.all(requests))
  expect(Object.keys((await manager.load(id))!.data)).toHaveLength(40)
})

test('what waits behind a write of the same session goes out as one', async () => {
  const setting = managed()
  const { store, manager } = setting
  const { id } = await shared(setting)
  const sessions = await Promise.all(Array.from({ length: 10 }, () => manager.load(id)))
  store.takeCalls()
  await Promise.all(
    sessions.map((session, n) => {
      session!.data[`a${n}`] = n
      return session!.save()
    }),
  )
  expect(store.calls).toEqual(['replace', 'replace'])
})

test('the later of two changes of one attribute wins', async () => {
  const setting = managed()
  const [ours, theirs] = await twoViews(setting, { n: 0, kept: 0 })
  theirs.data['n'] = 'theirs'
  theirs.data['kept'] = 'theirs'
  await theirs.save()
  ours.data['n'] = 'ours'
  await setting.clock.until(ours.save())
  expect((await setting.manager.load(ours.id))?.data).toEqual({ n: 'ours', kept: 'theirs' })
})

test("conflict: 'fail' refuses the later change and stores none of its attributes", async () => {
  const setting = managed({ conflict: 'fail' })
  const [ours, theirs] = await twoViews(setting, { n: 0 })
  theirs.data['n'] = 'theirs'
  await theirs.save()
  ours.data['n'] = 'ours'
  ours.data['more'] = 1
  await expect(setting.clock.until(ours.save())).rejects.toMatchObject({ code: 'SESSION_CONFLICT', status: 409 })
  expect((await setting.manager.load(ours.id))?.data).toEqual({ n: 'theirs' })
})

test("conflict: 'fail' is content when both sides agree", async () => {
  const setting = managed({ conflict: 'fail' })
  const [ours, theirs] = await twoViews(setting, { n: 0 })
  theirs.data['n'] = 1
  await theirs.save()
  ours.data['n'] = 1
  await expect(setting.clock.until(ours.save())).resolves.toBeUndefined()
})

test('a conflict function gets all three values and decides', async () => {
  const asked: unknown[] = []
  const setting = managed({
    conflict: (name, base, theirs, ours) => {
      asked.push([name, base, theirs, ours])
      return Number(theirs) + Number(ours) - Number(base)
    },
  })
  const [ours, theirs] = await twoViews(setting, { n: 10 })
  theirs.data['n'] = 11
  await theirs.save()
  ours.data['n'] = 15
  await setting.clock.until(ours.save())
  expect(asked).toEqual([['n', 10, 11, 15]])
  expect((await setting.manager.load(ours.id))?.data).toEqual({ n: 16 })
})

test('a conflict function that returns undefined deletes', async () => {
  const setting = managed({ conflict: () => undefined })
  const [ours, theirs] = await twoViews(setting, { n: 10 })
  theirs.data['n'] = 11
  await theirs.save()
  ours.data['n'] = 15
  await setting.clock.until(ours.save())
  expect((await setting.manager.load(ours.id))?.data).toEqual({})
})

test('a conflict function that throws refuses its own save alone', async () => {
  const setting = managed({
    conflict: () => {
      throw new Error('cannot decide')
    },
  })
  const [ours, theirs] = await twoViews(setting, { n: 10 })
  const third = await setting.manager.load(ours.id)
  theirs.data['n'] = 11
  await theirs.save()
  ours.data['n'] = 15
  third!.data['m'] = 1
  const [refused] = await setting.clock.until(Promise.allSettled([ours.save(), third!.save()]))
  expect(refused).toMatchObject({ status: 'rejected', reason: { message: 'cannot decide' } })
  expect((await setting.manager.load(ours.id))?.data).toEqual({ n: 11, m: 1 })
})

test("merge: 'deep' keeps what two requests changed inside one attribute", async () => {
  const setting = managed({ merge: 'deep' })
  const conflicts: unknown[] = []
  setting.manager.on('conflict', (event) => conflicts.push(event))
  const [ours, theirs] = await twoViews(setting, { cart: { items: { a: 1 }, total: 1 } })
  ;(theirs.data['cart'] as Cart).items['b'] = 2
  await theirs.save()
  ;(ours.data['cart'] as Cart).items['c'] = 3
  await setting.clock.until(ours.save())
  expect((await setting.manager.load(ours.id))?.data).toEqual({ cart: { items: { a: 1, b: 2, c: 3 }, total: 1 } })
  expect(conflicts).toEqual([])
})

test("merge: 'deep' names the path of a conflict", async () => {
  const setting = managed({ merge: 'deep' })
  const conflicts: unknown[] = []
  setting.manager.on('conflict', (event) => conflicts.push(event))
  const [ours, theirs] = await twoViews(setting, { cart: { total: 1 } })
  ;(theirs.data['cart'] as Cart).total = 2
  await theirs.save()
  ;(ours.data['cart'] as Cart).total = 3
  await setting.clock.until(ours.save())
  expect(conflicts).toEqual([{ names: ['cart.total'] }])
})

test('a save finds its own lost reply and is not made twice', async () => {
  const setting = managed()
  const { store, clock, manager } = setting
  const session = await shared(setting)
  session.data['n'] = 1
  store.next('replace', 'replyLost').takeCalls()
  await clock.until(session.save())
  expect(store.calls.slice(0, 2)).toEqual(['replace', 'load'])
  expect((await manager.load(session.id))?.data).toEqual({ n: 1 })
})

test('a create finds its own lost reply', async () => {
  const { store, clock, manager } = managed()
  let created = 0
  manager.on('created', () => created++)
  store.next('create', 'replyLost')
  const session = manager.create({ data: { n: 1 } })
  await clock.until(session.save())
  expect(store.calls.filter((verb) => verb === 'create')).toHaveLength(1)
  expect(created).toBe(1)
})

test('a save whose call was lost is made again', async () => {
  const setting = managed()
  const session = await shared(setting)
  session.data['n'] = 1
  setting.store.next('replace', 'lost', 'lost')
  await setting.clock.until(session.save())
  expect((await setting.manager.load(session.id))?.data).toEqual({ n: 1 })
})

test('too many writes of others after a lost reply leave the outcome unknown', async () => {
  const setting = managed()
  const session = await shared(setting)
  const second = setting.other()
  session.data['n'] = 1
  const others = async (): Promise<void> => {
    for (let round = 0; round < 9; round++) {
      const theirs = await second.load(session.id)
      theirs!.data['m'] = round
      await theirs!.save()
    }
  }
  setting.store.next('replace', 'lost').next('load', others)
  await expect(setting.clock.until(session.save())).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN', status: 503 })
})

test('up to eight writes of others after a lost reply, the outcome is known', async () => {
  const setting = managed()
  const session = await shared(setting)
  const second = setting.other()
  session.data['n'] = 1
  const others = async (): Promise<void> => {
    for (let round = 0; round < 7; round++) {
      const theirs = await second.load(session.id)
      theirs!.data['m'] = round
      await theirs!.save()
    }
  }
  setting.store.next('replace', 'replyLost').next('load', others)
  setting.store.takeCalls()
  await setting.clock.until(session.save())
  expect((await setting.manager.load(session.id))?.data).toEqual({ n: 1, m: 6 })
})

test('completing a lost reply does not cut the life that a later writer gave', async () => {
  const setting = managed()
  const session = await shared(setting)
  const second = setting.other()
  session.data['n'] = 1
  const longer = async (): Promise<void> => {
    const theirs = await second.load(session.id)
    theirs!.maxInactiveInterval = 86_400
    await theirs!.save()
  }
  setting.store.next('replace', 'replyLost').next('load', longer)
  await setting.clock.until(session.save())
  await setting.clock.advance(1)
  expect(setting.store.memory.secondsLeft(session.id)).toBeGreaterThan(86_400)
})

test('a session that is too large is refused, and its size is told', async () => {
  const { manager, store } = managed({ maxSessionBytes: 100 })
  const session = manager.create({ data: { big: 'é'.repeat(60) } })
  await expect(session.save()).rejects.toMatchObject({ code: 'RECORD_UNWRITABLE' })
  await expect(session.save()).rejects.toThrow('125 bytes')
  expect(store.calls).toEqual([])
})

test('a save that is too large fails alone, and the others of its batch are stored', async () => {
  const setting = managed({ maxSessionBytes: 100 })
  const { manager } = setting
  const { id } = await shared(setting)
  const [running, large, small] = await Promise.all([manager.load(id), manager.load(id), manager.load(id)])
  running!.data['running'] = 1
  large!.data['large'] = 'x'.repeat(100)
  small!.data['small'] = 1
  const results = await Promise.allSettled([running!.save(), large!.save(), small!.save()])
  expect(results).toMatchObject([
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'RECORD_UNWRITABLE' } },
    { status: 'fulfilled' },
  ])
  expect((await manager.load(id))?.data).toEqual({ running: 1, small: 1 })
})

test('a session that is too large already may shrink', async () => {
  const setting = managed()
  const { id } = await shared(setting, { big: 'x'.repeat(500) })
  const strict = setting.other({ maxSessionBytes: 100 })
  const session = await strict.load(id)
  session!.data['big'] = 'x'.repeat(400)
  await expect(session!.save()).resolves.toBeUndefined()
})

test('a value that cannot be stored refuses its save before anything is sent', async () => {
  const setting = managed()
  const session = await shared(setting)
  setting.store.takeCalls()
  session.data['n'] = 1n
  await expect(session.save()).rejects.toEqual(code('RECORD_UNWRITABLE'))
  expect(setting.store.calls).toEqual([])
})

test('a custom serializer keeps what JSON cannot, through a merge too', async () => {
  const setting = managed({ serializer: maps, merge: 'deep' })
  const [ours, theirs] = await twoViews(setting, { roles: new Map([['a', 1]]) })
  expect(ours.data['roles']).toEqual(new Map([['a', 1]]))
  theirs.data['seen'] = new Map([['b', 2]])
  await theirs.save()
  ours.data['roles'] = new Map([['c', 3]])
  await setting.clock.until(ours.save())
  expect((await setting.manager.load(ours.id))?.data).toEqual({ roles: new Map([['c', 3]]), seen: new Map([['b', 2]]) })
})

test('a late answer to one save does not hide what was changed meanwhile', async () => {
  const setting = managed()
  const session = await shared(setting)
  session.data['a'] = 1
  const first = session.save()
  session.data['b'] = 2
  await first
  await session.save()
  expect((await setting.manager.load(session.id))?.data).toEqual({ a: 1, b: 2 })
})

interface Cart {
  readonly items: Record<string, number>
  total: number
}

const maps: AttributeSerializer = {
  stringify: (value) => JSON.stringify(value instanceof Map ? { map: [...value] } : { value }),
  parse: (text) => {
    const { map, value } = JSON.parse(text) as { map?: [string, unknown][]; value: unknown }
    return map ? new Map(map) : value
  },
}

async function shared({ manager }: Managed, data: Record<string, unknown> = {}): Promise<Session> {
  const session = manager.create({ data })
  await session.save()
  return session
}

/** The same session as two workers have loaded it. */
async function twoViews(setting: Managed, data: Record<string, unknown>): Promise<[Session, Session]> {
  const { id } = await shared(setting, data)
  const [ours, theirs] = await Promise.all([setting.manager.load(id), setting.other().load(id)])
  return [ours!, theirs!]
}
