import { expect, test } from 'vitest'
import { change, elsewhere, opened, settled, workers } from './outage-acts.ts'

// Requests that were under way when something ended, left or came back. The search found each of these (../search/copies).

const REFUSED = expect.objectContaining({ code: 'STORE_UNAVAILABLE' })
const ENDED = expect.objectContaining({ code: 'SESSION_ENDED' })

test.each(['dirty', { every: 60 }] as const)(
  'a request that began before a log-out here does not bring the session back when the store goes away (savePeriod %o)',
  async (savePeriod) => {
    const at = workers({ savePeriod })
    const { id } = await at.session()
    const slow = await opened(at, id)
    await (await opened(at, id)).end()
    at.store.away()
    slow.data['a'] = 1
    await expect(slow.commit()).rejects.toEqual(REFUSED)
    await expect(at.here.open(id, 'here')).rejects.toEqual(REFUSED)
    at.store.back()
    await settled(at)
    expect(await elsewhere(at, id)).toBeUndefined()
  },
)

test('nor is its change kept to be written later, when the store is there', async () => {
  const at = workers({ savePeriod: { every: 60 } })
  const { id } = await at.session()
  const slow = await opened(at, id)
  await (await opened(at, id)).end()
  slow.data['a'] = 1
  await expect(at.clock.until(slow.commit())).rejects.toEqual(ENDED)
  at.store.away()
  await expect(at.here.open(id, 'here')).rejects.toEqual(REFUSED)
})

test('a session that another worker is known to have changed takes no change of a request that began before', async () => {
  for (const savePeriod of ['dirty', { every: 60 }] as const) {
    const at = workers({ savePeriod })
    const { id } = await at.session()
    const slow = await opened(at, id)
    await at.changeElsewhere(id, 2)
    await at.clock.advance(1)
    at.store.away()
    slow.data['a'] = 1
    await expect(slow.commit()).rejects.toEqual(REFUSED)
    await expect(at.here.open(id, 'here')).rejects.toEqual(REFUSED)
  }
})

test('nor is it served because a change to it waited already', async () => {
  const at = workers({ savePeriod: { every: 60 } })
  const { id } = await at.session()
  await change(at, id, 'a', 1)
  await at.changeElsewhere(id, 2)
  await at.clock.advance(1)
  at.store.away()
  await expect(at.here.open(id, 'here')).rejects.toEqual(REFUSED)
  at.store.back()
  await settled(at)
  expect((await opened(at, id)).data).toEqual({ n: 2, a: 1 })
})

test('who is told of a log-out without the cluster is told what was changed before it', async () => {
  const at = workers()
  const told: unknown[] = []
  const conflicts: unknown[] = []
  at.here.on('destroyed', ({ session }) => told.push(session.attributes))
  at.here.on('conflict', ({ names }) => conflicts.push(...names))
  const { id } = await at.session()
  at.store.away()
  await change(at, id, 'n', 'late')
  await change(at, id, 'a', 1)
  // A request that is under way does not undo it.
  const slow = await opened(at, id)
  await expect((await opened(at, id)).end()).rejects.toEqual(REFUSED)
  slow.data['b'] = 1
  await expect(slow.commit()).rejects.toEqual(REFUSED)
  at.store.always('works')
  await at.changeElsewhere(id, 'seen')
  at.store.back()
  await settled(at)
  expect(told).toEqual([{ n: 'seen', a: 1 }])
  expect(conflicts).toEqual(['n'])
})

test.each(['ended elsewhere', 'gone with its cluster'])(
  'what was changed before a log-out of a session that is %s is told of as late',
  async (how) => {
    const at = workers()
    const late: unknown[] = []
    at.here.on('lateWrite', ({ names }) => late.push(...names))
    const { id } = await at.session()
    at.store.away()
    await change(at, id, 'a', 1)
    await expect((await opened(at, id)).end()).rejects.toEqual(REFUSED)
    at.store.always('works')
    if (how === 'ended elsewhere') {
      await at.elsewhere.end(id)
      at.store.back()
    } else await at.store.replaced()
    await settled(at)
    expect(late).toEqual(['a'])
    expect(await elsewhere(at, id)).toBeUndefined()
  },
)

test('what was stored in place of a late change is what the next outage begins with', async () => {
  const at = workers()
  const { id } = await at.session()
  at.store.away()
  await change(at, id, 'n', 'late')
  at.store.always('works')
  await at.changeElsewhere(id, 'seen')
  at.store.back()
  await settled(at)
  at.store.away()
  expect((await opened(at, id)).data).toEqual({ n: 'seen' })
})

test('what was saved across a short break of the connection is what the next outage begins with', async () => {
  const at = workers()
  const { id } = await at.session()
  const session = await opened(at, id)
  session.data['n'] = 2
  at.store.next('replace', 'lost')
  const saving = session.commit()
  at.store.away()
  at.store.back()
  await at.clock.until(saving)
  at.store.away()
  expect((await opened(at, id)).data).toEqual({ n: 2 })
})

test.each([undefined, 'a'])(
  'a log-out that comes to a new cluster before the session does leaves nothing to restore (changed: %s)',
  async (changed) => {
    const at = workers()
    const { id } = await at.session()
    at.store.away()
    if (changed !== undefined) await change(at, id, changed, 1)
    const session = await opened(at, id)
    await at.store.memory.remove(id)
    at.store.clusterId = 'second'
    at.store.always('works')
    const ending = session.end()
    at.store.back()
    await at.clock.until(ending)
    await settled(at)
    expect(await elsewhere(at, id)).toBeUndefined()
    expect(await at.clock.until(at.here.open(id, 'here'))).not.toMatchObject({ kind: 'live' })
  },
)

test('in a new cluster a session is not restored by a worker that knows of a newer one', async () => {
  const at = workers({ savePeriod: { every: 60 } })
  const late: unknown[] = []
  at.here.on('lateWrite', ({ names }) => late.push(...names))
  const { id } = await at.session()
  await change(at, id, 'a', 1)
  await at.changeElsewhere(id, 2)
  await at.clock.advance(1)
  await at.elsewhere.close()
  at.store.away()
  await at.store.replaced()
  await settled(at)
  expect(await at.store.load(id)).toBeUndefined()
  expect(late).toEqual(['a'])
})
