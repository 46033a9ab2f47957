import { expect, test } from 'vitest'
import { Stage } from './stage.ts'

// Found by the search: what becomes of sweeps when one of their own calls is lost. A member that hangs may never answer a
// call, a lost answer leaves a lease that its holder does not know it has, and one session may be out of reach.

const INTERVAL = 20
const SILENCE = { kind: 'dead', delay: 0 } as const

test.each(['create', 'find'])('a worker whose %s is never answered sweeps again', async (verb) => {
  const stage = new Stage({ maxInactiveInterval: 100 })
  for (const worker of [stage.w1, stage.w2]) worker.hitSweep(verb, SILENCE)
  await stage.begin()

  await stage.wait(250_000)

  expect(stage.ended).toMatchObject([{ reason: 'expired' }])
})

test('a worker that did not hear that it has the lease takes it for its own', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL })
  await stage.begin()
  await stage.wait(29_000)
  stage.w1.hitSweep('create', { kind: 'lost', delay: 0 })
  await stage.failure(stage.w1.manager.sweep())

  expect(await stage.run(stage.w1.manager.sweep())).toBe(1)
})

test('a session that cannot be reached keeps no other one from being swept', async () => {
  const stage = new Stage({ maxInactiveInterval: INTERVAL, operationTimeout: 600 })
  await stage.begin()
  for (let n = 0; n < 7; n++) {
    const { manager } = stage.w2
    await stage.run(manager.create({ id: `other${n}` }).save())
  }
  await stage.wait(29_000)
  stage.w1.hit('replace', SILENCE)
  stage.w1.hit('load', SILENCE)

  expect(await stage.run(stage.w1.manager.sweep())).toBe(7)
})
