import { expect, test } from 'vitest'
import { StickyWorkers } from '../local/sticky-workers.ts'

const REFUSED = expect.objectContaining({ code: 'STORE_UNAVAILABLE' })

test('race 10a: what a sweep elsewhere ended and removed is not restored by the worker that was cut off', async () => {
  const workers = new StickyWorkers({ onStoreError: 'local', maxInactiveInterval: 60 })
  const { id } = await workers.session()
  workers.store.away()
  for (let n = 0; n < 4; n++) {
    await workers.clock.advance(40_000)
    expect(await workers.read(id)).toBe(1)
  }
  // Of the two workers only this one was cut off; the other one has somebody to tell.
  workers.elsewhere.on('destroyed', () => {})
  workers.store.always('works')
  expect(await workers.clock.until(workers.elsewhere.sweep())).toBe(1)
  expect(await workers.store.load(id)).toBeUndefined()
  workers.store.back()
  await workers.clock.advance(100)
  expect(await workers.store.load(id)).toBeUndefined()
})

test('race 10b: no number is answered twice, since without the cluster there is no update', async () => {
  const workers = new StickyWorkers({ onStoreError: 'local' })
  const session = await workers.session()
  workers.store.away()
  await expect(session.update((data) => (data['n'] = 2))).rejects.toEqual(REFUSED)
  workers.store.back()
  expect(await workers.clock.until(session.update((data) => data['n']))).toBe(1)
})

test('race 10d: a save that times out while there is a connection is refused, and nothing of it comes later', async () => {
  const workers = new StickyWorkers({ onStoreError: 'local', operationTimeout: 500 })
  const session = await workers.session()
  session.data['n'] = 2
  workers.store.always('hangs')
  await expect(workers.clock.until(session.commit())).rejects.toEqual(REFUSED)
  workers.store.always('works')
  await workers.elsewhere.end(session.id)
  workers.store.back()
  await workers.clock.advance(10_000)
  expect(await workers.store.load(session.id)).toContain('"ended"')
})
