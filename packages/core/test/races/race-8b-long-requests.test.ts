import { expect, test } from 'vitest'
import type { Session } from '../../src/session.ts'
import { Stage } from './stage.ts'
import type { Actor } from './stage.ts'

// Race 8b: a request finds its session when that is nearly over, and its handler takes longer than what is left. Meanwhile
// the sweep ended the session under its hands. Requests that take longer than a second touch their sessions meanwhile.

const INTERVAL = 20

test('race 8b: a session is not swept while a handler of twelve seconds runs', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL })
  await stage.begin()
  await stage.wait(18_400)

  const session = await underWay(stage, stage.w1)
  await stage.wait(11_800)
  expect(await stage.run(stage.w2.manager.sweep())).toBe(0)
  session.data['a'] = 1
  await stage.run(session.save())

  expect(await stage.stored()).toEqual({ a: 1 })
  expect(stage.ended).toEqual([])
})

test.each([22_000, 22_500, 22_990])(
  'race 8b: neither is one that a request found in its last moments, %i ms after the last one',
  async (idle) => {
    const stage = new Stage({ maxInactiveInterval: INTERVAL })
    await stage.begin()
    await stage.wait(idle)

    const session = await underWay(stage, stage.w1)
    await stage.wait(11_800)
    expect(await stage.run(stage.w2.manager.sweep())).toBe(0)
    session.data['a'] = 1
    await stage.run(session.save())

    expect(await stage.stored()).toEqual({ a: 1 })
  },
)

test('race 8b: it is, once the handler is done and the interval has passed', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL })
  await stage.begin()
  await stage.wait(18_400)

  const request = { kept: await stage.load(stage.w1) }
  stage.w1.manager.openRequests.add(request)
  await stage.wait(60_000)
  stage.w1.manager.openRequests.delete(request)
  await stage.wait(29_000)
  expect(await stage.run(stage.w2.manager.sweep())).toBe(1)

  expect(stage.ended).toMatchObject([{ worker: 'w2', reason: 'expired' }])
})

/** The session of a request whose handler has begun, as a host keeps it alive. */
async function underWay(stage: Stage, actor: Actor): Promise<Session> {
  const kept = await stage.load(actor)
  actor.manager.openRequests.add({ kept })
  return kept
}
