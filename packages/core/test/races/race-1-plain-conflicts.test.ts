import { expect, test } from 'vitest'
import { Stage } from './stage.ts'

// Race 1: many requests load the session at version 1, and more than eight of them save before the next one does. That
// one's compare-and-set is a plain "no". It does not find itself among the last eight writes, which says nothing: it was
// never stored. Giving up then refused a third of all healthy requests.

test('race 1: a save that comes after many others is merged, not refused', async () => {
  const stage = new Stage()
  await stage.begin()
  const slow = await stage.load(stage.w2)
  for (let n = 1; n <= 12; n++) {
    const fast = await stage.load(stage.w1)
    fast.data[`fast${n}`] = n
    await stage.run(fast.save())
  }

  slow.data['slow'] = true
  await stage.run(slow.save())

  const stored = await stage.stored()
  expect(stored).toMatchObject({ slow: true, fast1: 1, fast12: 12 })
})

test('race 1: forty parallel requests on two workers leave forty attributes', async () => {
  const stage = new Stage()
  await stage.begin()
  const workers = [stage.w1, stage.w2]
  const requests = Array.from({ length: 40 }, (_, n) => ({ name: `n${n}`, worker: workers[n % 2] ?? stage.w1 }))
  const sessions = await Promise.all(
    requests.map(async ({ name, worker }) => ({ name, session: await stage.load(worker) })),
  )

  const saves = sessions.map(async ({ name, session }, n) => {
    await new Promise<void>((resolve) => {
      stage.clock.after(n, resolve)
    })
    session.data[name] = true
    await session.save()
  })
  await stage.run(Promise.all(saves))

  expect(Object.keys((await stage.stored()) ?? {})).toHaveLength(40)
})
