import { expect, test } from 'vitest'
import { change, elsewhere, opened, settled, workers } from './outage-acts.ts'
import { StickyWorkers } from './sticky-workers.ts'

const REFUSED = expect.objectContaining({ code: 'STORE_UNAVAILABLE' })

test('a session of which there is a copy goes on, and what it changed is merged on return', async () => {
  const at = workers()
  const { id } = await at.session()
  at.store.away()
  await change(at, id, 'a', 1)
  await change(at, id, 'b', 2)
  expect((await opened(at, id)).data).toEqual({ n: 1, a: 1, b: 2 })
  at.store.back()
  await settled(at)
  expect(await elsewhere(at, id)).toEqual({ n: 1, a: 1, b: 2 })
  expect((await opened(at, id)).data).toEqual({ n: 1, a: 1, b: 2 })
})

test('how long it lives, as it was said meanwhile, is what the next request sees', async () => {
  const at = workers()
  const { id } = await at.session()
  at.store.away()
  const session = await opened(at, id)
  session.cookieMaxAge = 9000
  session.maxInactiveInterval = 9000
  await session.commit()
  const again = await opened(at, id)
  expect([again.cookieMaxAge, again.maxInactiveInterval]).toEqual([9000, 9000])
})

test('a request that comes right after the return sees what was changed before it', async () => {
  const at = workers()
  const { id } = await at.session()
  at.store.away()
  await change(at, id, 'a', 1)
  at.store.back()
  expect((await opened(at, id)).data).toEqual({ n: 1, a: 1 })
})

test('of a name that was changed meanwhile by somebody else, what is stored stays, and is told of as a conflict', async () => {
  const at = workers()
  const conflicts: unknown[] = []
  at.here.on('conflict', ({ names }) => conflicts.push(...names))
  const { id } = await at.session()
  at.store.away()
  await change(at, id, 'n', 'late')
  await change(at, id, 'a', 1)
  // This worker alone is cut off.
  at.store.always('works')
  await at.changeElsewhere(id, 'seen')
  at.store.back()
  await settled(at)
  expect(await elsewhere(at, id)).toEqual({ n: 'seen', a: 1 })
  expect(conflicts).toEqual(['n'])
})

test('a new session begins here, is no new one for its second request, and is created on return', async () => {
  const at = workers()
  const created: string[] = []
  at.here.on('created', ({ session }) => created.push(session.id))
  at.store.away()
  const session = at.here.create({ data: { n: 1 } })
  await session.commit()
  expect(session.isNew).toBe(false)
  const again = await opened(at, session.id)
  expect([again.isNew, again.data]).toEqual([false, { n: 1 }])
  await change(at, session.id, 'a', 1)
  expect(created).toEqual([])
  at.store.back()
  await settled(at)
  expect(await elsewhere(at, session.id)).toEqual({ n: 1, a: 1 })
  expect(created).toEqual([session.id])
})

test('a session of which there is no copy is a 503, and so is one that another worker is known to have changed', async () => {
  const at = workers()
  const { id } = await at.session()
  await at.changeElsewhere(id, 2)
  await at.clock.advance(1)
  at.store.away()
  await expect(at.here.open(id, 'here')).rejects.toEqual(REFUSED)
  await expect(at.here.open('HZ0', 'here')).rejects.toEqual(REFUSED)
})

test('update and sign-in are a 503', async () => {
  const at = workers()
  const { id } = await at.session()
  at.store.away()
  const session = await opened(at, id)
  await expect(session.update((data) => (data['n'] = 2))).rejects.toEqual(REFUSED)
  await expect(session.signIn('ann')).rejects.toEqual(REFUSED)
  await change(at, id, 'a', 1)
  const later = await opened(at, id)
  await expect(later.update((data) => (data['n'] = 2))).rejects.toEqual(REFUSED)
  at.store.back()
  expect(await at.clock.until(later.update((data) => Object.keys(data).toSorted()))).toEqual(['a', 'n'])
})

test('after `localServiceLimit` everything is a 503 again, and what was changed is kept until the return', async () => {
  const at = workers({ localServiceLimit: 60 })
  const { id } = await at.session()
  at.store.away()
  await change(at, id, 'a', 1)
  await at.clock.advance(59_000)
  expect((await opened(at, id)).data).toMatchObject({ a: 1 })
  await at.clock.advance(1000)
  await expect(at.here.open(id, 'here')).rejects.toEqual(REFUSED)
  await expect(at.here.create({ data: { n: 1 } }).save()).rejects.toEqual(REFUSED)
  at.store.back()
  await settled(at)
  expect(await elsewhere(at, id)).toEqual({ n: 1, a: 1 })
})

test('a log-out is a 503, is refused here at once, and is marked on return', async () => {
  const at = workers()
  const ended: unknown[] = []
  at.here.on('destroyed', ({ session, reason }) => ended.push([session.id, reason]))
  const { id } = await at.session()
  at.store.away()
  await change(at, id, 'a', 1)
  await expect(at.clock.until((await opened(at, id)).end())).rejects.toEqual(REFUSED)
  expect(at.here.isEndNoted(id)).toBe(true)
  expect(await at.here.open(id, 'here')).toMatchObject({ kind: 'ended', reason: 'invalidated' })
  at.store.back()
  expect(await at.here.open(id, 'here')).toMatchObject({ kind: 'ended' })
  await settled(at)
  expect(await elsewhere(at, id)).toBeUndefined()
  expect(await at.store.load(id)).toContain('"ended":"invalidated"')
  expect(ended).toEqual([[id, 'invalidated']])
})

test('a session that began here and was logged out here is never created', async () => {
  const at = workers()
  at.store.away()
  const session = at.here.create({ data: { n: 1 } })
  await session.commit()
  await expect((await opened(at, session.id)).end()).rejects.toEqual(REFUSED)
  at.store.back()
  await settled(at)
  expect(await elsewhere(at, session.id)).toBeUndefined()
})

test('a session that was ended elsewhere stays ended, and the change to it is told of as late', async () => {
  const at = workers()
  const late: unknown[] = []
  at.here.on('lateWrite', ({ names }) => late.push(...names))
  const { id } = await at.session()
  at.store.away()
  await change(at, id, 'a', 1)
  at.store.always('works')
  await at.elsewhere.end(id)
  at.store.back()
  await settled(at)
  expect(await at.here.open(id, 'here')).toMatchObject({ kind: 'ended' })
  expect(late).toEqual(['a'])
})

test('a session that is gone from the same cluster stays gone', async () => {
  const at = workers()
  const restored: unknown[] = []
  at.here.on('restored', ({ session }) => restored.push(session.id))
  const { id } = await at.session()
  at.store.away()
  await change(at, id, 'a', 1)
  await at.store.memory.remove(id)
  at.store.back()
  await settled(at)
  expect(await elsewhere(at, id)).toBeUndefined()
  expect(restored).toEqual([])
})

test('in a new cluster every session that this worker wrote last is created again, changed or not', async () => {
  const at = workers()
  const restored: string[] = []
  at.here.on('restored', ({ session }) => restored.push(session.id))
  const changed = await at.session()
  const idle = await at.session()
  const foreign = await at.session()
  await at.changeElsewhere(foreign.id, 'foreign')
  await at.clock.advance(1)
  at.store.away()
  await change(at, changed.id, 'a', 1)
  await at.store.replaced()
  await settled(at)
  expect(await elsewhere(at, changed.id)).toEqual({ n: 1, a: 1 })
  expect(await elsewhere(at, idle.id)).toEqual({ n: 1 })
  // By the worker that wrote it last, which knows what was written.
  expect(await elsewhere(at, foreign.id)).toEqual({ n: 'foreign' })
  expect(restored.toSorted()).toEqual([changed.id, idle.id].toSorted())
})

test('what was logged out here is not restored in a new cluster', async () => {
  const at = workers()
  const { id } = await at.session()
  at.store.away()
  await expect((await opened(at, id)).end()).rejects.toEqual(REFUSED)
  await at.store.replaced()
  await settled(at)
  expect(await elsewhere(at, id)).toBeUndefined()
})

test('a session that is read here does not expire here, and expires in the cluster', async () => {
  const at = workers({ maxInactiveInterval: 60 })
  const { id } = await at.session()
  at.store.away()
  for (let n = 0; n < 5; n++) {
    await at.clock.advance(40_000)
    expect((await opened(at, id)).data).toEqual({ n: 1 })
  }
  at.store.back()
  await settled(at)
  expect(await elsewhere(at, id)).toBeUndefined()
})

test('what is held is bounded: what does not fit is a 503, and nothing else', async () => {
  const at = workers({ maxLocalSessions: 2 })
  at.store.away()
  const begin = (): Promise<void> => at.here.create({ data: { n: 1 } }).commit()
  await begin()
  await begin()
  await expect(begin()).rejects.toEqual(REFUSED)
})

test('a call that times out while the store is there is a 503, and nothing is held', async () => {
  const at = workers({ operationTimeout: 500 })
  const { id } = await at.session()
  const session = await opened(at, id)
  session.data['a'] = 1
  at.store.always('hangs')
  await expect(at.clock.until(session.commit())).rejects.toEqual(REFUSED)
  at.store.always('works')
  await at.clock.advance(10_000)
  expect(await elsewhere(at, id)).toEqual({ n: 1 })
})

test('with `onStoreError: fail` nothing of this happens', async () => {
  const at = new StickyWorkers()
  const { id } = await at.session()
  at.store.away()
  await expect(at.here.open(id, 'here')).rejects.toEqual(REFUSED)
  await expect(at.here.create({ data: { n: 1 } }).save()).rejects.toEqual(REFUSED)
})
