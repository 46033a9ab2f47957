import { expect, test } from 'vitest'
import { managed } from '../saving/managed.ts'
import { turnOfLoop } from '../saving/manual-clock.ts'
import { StickyWorkers } from './sticky-workers.ts'

test('the worker that wrote a session last serves it without asking the store', async () => {
  const workers = new StickyWorkers()
  const { id } = await workers.session()
  for (let n = 0; n < 10; n++) expect(await workers.read(id)).toBe(1)
  expect(workers.store.takeCalls()).toEqual([])
})

test('after `stalePeriod` it asks once, and serves that answer for as long', async () => {
  const workers = new StickyWorkers({ stalePeriod: 10 })
  const { id } = await workers.session()
  for (let second = 0; second < 30; second++) {
    await workers.read(id)
    await workers.clock.advance(1000)
  }
  expect(workers.store.takeCalls()).toEqual(['load', 'load'])
})

test('with `stalePeriod` 0, and where sessions are not bound to workers, it asks every time', async () => {
  for (const options of [{ stalePeriod: 0 }, { sticky: false }]) {
    const workers = new StickyWorkers(options)
    const { id } = await workers.session()
    await workers.read(id)
    await workers.read(id)
    expect(workers.store.takeCalls()).toEqual(['load', 'load'])
  }
})

test('a cookie that names another worker, or none, is not served from a copy', async () => {
  const workers = new StickyWorkers()
  const { id } = await workers.session()
  await workers.here.open(id)
  await workers.here.open(id, 'elsewhere')
  await workers.here.load(id)
  expect(workers.store.takeCalls()).toEqual(['load', 'load', 'load'])
})

test('a worker that took a session over asks until it has written it; a touch will do', async () => {
  const workers = new StickyWorkers({ touchAfter: 5 })
  const { id } = await workers.session()
  await workers.changeElsewhere(id, 2)
  expect(await workers.read(id)).toBe(2)
  expect(await workers.read(id)).toBe(2)
  expect(workers.store.takeCalls()).toEqual(['load', 'load'])
  await workers.clock.advance(5000)
  const opened = await workers.here.open(id, 'here')
  if (opened.kind === 'live') await opened.session.save()
  await turnOfLoop()
  expect(workers.store.takeCalls()).toEqual(['load', 'replace'])
  expect(await workers.read(id)).toBe(2)
  expect(workers.store.takeCalls()).toEqual([])
})

test('what is heard in the turn of the loop that an answer waits for counts', async () => {
  const workers = new StickyWorkers()
  const { id } = await workers.session()
  let changing: Promise<void> | undefined
  const turn = async (): Promise<void> => {
    changing ??= workers.changeElsewhere(id, 2)
    await changing
    await turnOfLoop()
  }
  Object.assign(workers.clock, { turn })
  expect(await workers.read(id)).toBe(2)
  expect(changing).toBeDefined()
})

test('a copy is served though the cluster goes in the turn of the loop that its answer waits for', async () => {
  const workers = new StickyWorkers({ onStoreError: 'local' })
  const { id } = await workers.session()
  Object.assign(workers.clock, { turn: async () => workers.store.away() })
  expect(await workers.read(id)).toBe(1)
})

test.each([
  ['a change', (workers: StickyWorkers, id: string) => workers.changeElsewhere(id, 2), 2],
  ['a log-out', (workers: StickyWorkers, id: string) => workers.elsewhere.end(id), undefined],
  ['a revocation', (workers: StickyWorkers, id: string) => workers.elsewhere.end(id, 'revoked'), undefined],
])('%s at another worker is seen at once', async (_what, act, expected) => {
  const workers = new StickyWorkers()
  const { id } = await workers.session()
  expect(await workers.read(id)).toBe(1)
  await act(workers, id)
  await turnOfLoop()
  expect(await workers.read(id)).toBe(expected)
})

test('when events are lost, another worker’s change and log-out are seen after `stalePeriod`', async () => {
  const workers = new StickyWorkers({ stalePeriod: 10 })
  workers.store.losesEvents = true
  const { id } = await workers.session()
  await workers.changeElsewhere(id, 2)
  await workers.clock.advance(9000)
  expect(await workers.read(id)).toBe(1)
  await workers.clock.advance(1000)
  expect(await workers.read(id)).toBe(2)
  await workers.elsewhere.end(id)
  await workers.clock.advance(10_000)
  expect(await workers.read(id)).toBeUndefined()
})

test('a change on top of an old copy loses nothing of what it did not know', async () => {
  const workers = new StickyWorkers()
  workers.store.losesEvents = true
  const { id } = await workers.session()
  const far = await workers.elsewhere.load(id)
  if (!far) throw new Error('no session')
  far.data['far'] = true
  await far.save()
  const opened = await workers.here.open(id, 'here')
  if (opened.kind !== 'live') throw new Error('no session')
  opened.session.data['near'] = true
  await workers.clock.until(opened.session.save())
  expect((await workers.elsewhere.load(id))?.data).toEqual({ n: 1, far: true, near: true })
  expect(await opened.session.update((data) => Object.keys(data).length)).toBe(3)
})

test('an answer that left before a foreign write is not served afterwards', async () => {
  const workers = new StickyWorkers({ stalePeriod: 10 })
  const { id } = await workers.session()
  await workers.clock.advance(10_000)
  let answer = (): void => {}
  // The reply of this get is on its way while another worker writes.
  const load = workers.store.load.bind(workers.store)
  workers.store.load = async (key) => {
    const text = await load(key)
    await new Promise<void>((resolve) => {
      answer = resolve
    })
    return text
  }
  const reading = workers.read(id)
  await turnOfLoop()
  workers.store.load = load
  await workers.changeElsewhere(id, 2)
  await turnOfLoop()
  answer()
  expect(await reading).toBe(1)
  expect(await workers.read(id)).toBe(2)
})

test('a log-out here is seen here, whatever answers were on their way', async () => {
  const workers = new StickyWorkers({ stalePeriod: 10 })
  const session = await workers.session()
  await session.end()
  expect(await workers.read(session.id)).toBeUndefined()
})

test('a log-out here whose outcome is unknown makes the copy stale', async () => {
  const workers = new StickyWorkers({ operationTimeout: 500 })
  const session = await workers.session()
  workers.store.always('replyLost')
  await expect(workers.clock.until(session.end())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  workers.store.always('works')
  expect(await workers.read(session.id)).toBeUndefined()
})

test('a save whose outcome is unknown makes the copy stale', async () => {
  const workers = new StickyWorkers({ operationTimeout: 500 })
  const session = await workers.session()
  session.data['n'] = 2
  workers.store.next('replace', 'replyLost').always('hangs')
  await expect(workers.clock.until(session.save())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  workers.store.always('works')
  await workers.clock.advance(1)
  expect(await workers.read(session.id)).toBe(2)
})

test('a store that is away, or was, makes every copy stale', async () => {
  const workers = new StickyWorkers()
  const { id } = await workers.session()
  workers.store.away()
  await expect(workers.read(id)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  workers.store.back()
  workers.store.takeCalls()
  expect(await workers.read(id)).toBe(1)
  expect(await workers.read(id)).toBe(1)
  expect(workers.store.takeCalls()).toEqual(['load'])
})

test('a store that does not tell of writes is asked every time', async () => {
  const { manager, store } = managed()
  const session = manager.create({ data: { n: 1 } })
  await session.save()
  store.takeCalls()
  await manager.open(session.id, manager.worker.name)
  expect(store.takeCalls()).toEqual(['load'])
})

test('a session that expired by this worker’s clock is asked for, since another may have used it', async () => {
  const workers = new StickyWorkers({ stalePeriod: 3600, maxInactiveInterval: 60 })
  const { id } = await workers.session()
  await workers.clock.advance(70_000)
  expect(await workers.read(id)).toBeUndefined()
  expect(workers.store.takeCalls()).toEqual(['load'])
})

test('requests share what was read, and not what they do to it', async () => {
  const workers = new StickyWorkers()
  const { id } = await workers.session({ deep: [1] })
  const [first, second] = await Promise.all([workers.here.open(id, 'here'), workers.here.open(id, 'here')])
  if (first.kind !== 'live' || second.kind !== 'live') throw new Error('no session')
  first.session.data['n'] = { deep: [1, 2] }
  first.session.data['more'] = 1
  expect(second.session.data).toEqual({ n: { deep: [1] } })
  expect(first.session.known.record).toBe(second.session.known.record)
})

test('an answer that says what the copy says is not parsed again', async () => {
  const workers = new StickyWorkers({ stalePeriod: 0 })
  const { id } = await workers.session()
  const first = await workers.here.load(id)
  const second = await workers.here.load(id)
  expect(second?.known.record).toBe(first?.known.record)
})

test('there are at most so many copies, of so many bytes; the one that was used longest ago goes first', async () => {
  for (const bounds of [{ maxLocalSessions: 2 }, { maxLocalBytes: 3600 }]) {
    const workers = new StickyWorkers(bounds)
    const ids = [await workers.session(), await workers.session()].map(({ id }) => id)
    await workers.read(ids[0]!)
    ids.push((await workers.session()).id)
    for (const id of [ids[0]!, ids[2]!]) await workers.read(id)
    expect(workers.store.takeCalls()).toEqual([])
    await workers.read(ids[1]!)
    expect(workers.store.takeCalls()).toEqual(['load'])
  }
})
