import { expect, test } from 'vitest'
import { OpenRequests } from '../../src/http/open-requests.ts'
import type { Session } from '../../src/session.ts'
import { managed } from '../saving/managed.ts'
import type { Managed } from '../saving/managed.ts'
import { turnOfLoop } from '../saving/manual-clock.ts'

const INTERVAL = 60

/** A request under way with a session that another one began. */
async function openRequest(): Promise<Managed & { readonly kept: Session; readonly touches: () => number }> {
  const setting = managed({ maxInactiveInterval: INTERVAL, touchAfter: 5 })
  const created = setting.manager.create({ data: { a: 1 } })
  await created.save()
  const kept = await setting.manager.load(created.id)
  if (!kept) throw new Error('The session is gone.')
  setting.store.takeCalls()
  const touches = (): number => setting.store.takeCalls().filter((call) => call === 'replace').length
  return { ...setting, kept, touches }
}

test('a request that takes long keeps its session alive, with a touch every `touchAfter` seconds', async () => {
  const { clock, manager, kept, touches } = await openRequest()
  const request = { kept }
  manager.openRequests.add(request)
  await clock.advance(60 * 60_000)
  expect(await manager.load(kept.id)).toBeDefined()
  expect(touches()).toBe((60 * 60) / 5)
  manager.openRequests.delete(request)
  await clock.advance(INTERVAL * 2000)
  expect(await manager.load(kept.id)).toBeUndefined()
})

test('a request that is over within a second touches nothing meanwhile', async () => {
  const { clock, manager, kept, touches } = await openRequest()
  await clock.advance(30_000)
  for (let request = 0; request < 20; request++) {
    const open = { kept }
    manager.openRequests.add(open)
    await clock.advance(900)
    manager.openRequests.delete(open)
  }
  expect(touches()).toBe(0)
})

test('there is one timer for all requests, and none while there are none', async () => {
  const { clock, manager } = await openRequest()
  const before = clock.waiting
  const requests = Array.from({ length: 1000 }, () => ({ kept: undefined }))
  for (const request of requests) manager.openRequests.add(request)
  expect(clock.waiting).toBe(before + 1)
  await clock.advance(10_000)
  expect(clock.waiting).toBe(before + 1)
  for (const request of requests) manager.openRequests.delete(request)
  await clock.advance(1000)
  expect(clock.waiting).toBe(before)
})

test('the timer runs in the background', () => {
  const grounds: unknown[] = []
  const requests = new OpenRequests({
    now: () => 0,
    after: (_ms, _task, ground) => {
      grounds.push(ground)
      return () => {}
    },
  })
  requests.add({ kept: undefined })
  expect(grounds).toEqual(['background'])
})

test('a session that ended elsewhere is asked about once, and no more', async () => {
  const { clock, manager, kept, store } = await openRequest()
  manager.openRequests.add({ kept })
  await manager.end(kept.id)
  await clock.advance(10_000)
  store.takeCalls()
  await clock.advance(20_000)
  expect(store.takeCalls()).toEqual([])
})

test('a store that is away is no unhandled rejection, and the touch is made up for', async () => {
  const { clock, manager, kept, store } = await openRequest()
  manager.openRequests.add({ kept })
  store.next('replace', 'offline')
  await clock.advance(10_000)
  expect(kept.lastAccessedAt).toBeGreaterThan(clock.now() - 7000)
})

test('after `close` nothing is touched', async () => {
  const { clock, manager, kept, touches } = await openRequest()
  manager.openRequests.add({ kept })
  await manager.close()
  manager.openRequests.add({ kept })
  await clock.advance(60_000)
  await turnOfLoop()
  expect(touches()).toBe(0)
})
