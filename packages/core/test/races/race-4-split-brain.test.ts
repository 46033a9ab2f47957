import { expect, test } from 'vitest'
import { Stage } from './stage.ts'

// Race 4: the members lose each other. Somebody logs out on one side: the marker gets the session's time to live and a
// margin. On the other side the session is saved, and its entry gets the time to live of the map, which is longer. The
// halves meet again, the entry that would go later wins, and the session is back. A marker now outlives the longer of both.
// Each half is a copy of the map; they are merged as members do it with an `ExpirationTimeMergePolicy`.

const MAPS = [
  { mapLife: 7200, title: 'a map that keeps entries for longer than sessions may live' },
  { mapLife: 2000, title: 'a map that keeps entries for as long as sessions may live' },
  { mapLife: 100, title: 'a map that keeps entries for less' },
  { mapLife: 0, title: 'a map that says nothing of it' },
]

test.each(MAPS)('race 4: who is logged out in one half stays so when the halves meet: $title', async ({ mapLife }) => {
  const stage = new Stage({ mapLife })
  await stage.begin()
  stage.members.split()

  expect(await stage.run((await stage.load(stage.w1)).end())).toBe(true)
  // Until the margin is nearly used up.
  await stage.wait(590_000)
  const elsewhere = await stage.load(stage.w2)
  elsewhere.data['a'] = 1
  await stage.run(elsewhere.save())
  expect(await stage.stored()).toEqual({ a: 1 })
  stage.members.heal()

  expect(await stage.stored()).toBeUndefined()
  expect(stage.ended).toMatchObject([{ worker: 'w1', reason: 'invalidated' }])
})

test.each(MAPS)(
  'race 4: and so does who is logged out in the half that joins the other: $title',
  async ({ mapLife }) => {
    const stage = new Stage({ mapLife })
    await stage.begin()
    stage.members.split()

    expect(await stage.run((await stage.load(stage.w2)).end())).toBe(true)
    await stage.wait(590_000)
    const elsewhere = await stage.load(stage.w1)
    elsewhere.data['a'] = 1
    await stage.run(elsewhere.save())
    stage.members.heal()

    expect(await stage.stored()).toBeUndefined()
  },
)

test.each(MAPS)('race 4: what one half alone has written stays when the halves meet: $title', async ({ mapLife }) => {
  for (const side of ['w1', 'w2'] as const) {
    const stage = new Stage({ mapLife })
    await stage.begin({ before: true })
    stage.members.split()
    await stage.wait(4000)

    const session = await stage.load(stage[side])
    session.data['a'] = 1
    await stage.run(session.save())
    await stage.wait(4000)
    stage.members.heal()

    expect(await stage.stored()).toEqual({ before: true, a: 1 })
  }
})

test('race 4: a session that was swept in one half and used in the other is there when they meet', async () => {
  const stage = new Stage({ mapLife: 7200, maxInactiveInterval: 20 })
  await stage.begin({ before: true })
  stage.members.split()
  for (let n = 0; n < 3; n++) {
    await stage.wait(10_000)
    await stage.run((await stage.load(stage.w2)).touch())
  }

  expect(await stage.run(stage.w1.manager.sweep())).toBe(1)
  await stage.wait(3000)
  stage.members.heal()

  expect(await stage.stored()).toEqual({ before: true })
})
