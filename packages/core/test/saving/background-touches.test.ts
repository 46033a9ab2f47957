import { expect, test } from 'vitest'
import { BackgroundTouches } from '../../src/saving/background-touches.ts'
import { ManualClock, turnOfLoop } from './manual-clock.ts'

const FOR_LONG = 3_600_000

test('a touch that succeeds is made once', async () => {
  const { touches, clock, tries, touch } = started(0)
  touches.start('a', clock.now() + FOR_LONG, touch)
  await clock.advance(60_000)
  expect(tries).toHaveLength(1)
})

test('a touch that fails is tried again after 1, 2, 4, 8, 15 and 15 seconds', async () => {
  const { touches, clock, tries, touch } = started(6)
  const start = clock.now()
  touches.start('a', clock.now() + FOR_LONG, touch)
  await clock.advance(300_000)
  expect(tries.map((time) => (time - start) / 1000)).toEqual([0, 1, 3, 7, 15, 30, 45])
})

test('nobody touches a session that would be over', async () => {
  const { touches, clock, tries, touch } = started(100)
  touches.start('a', clock.now() + 5000, touch)
  await clock.advance(300_000)
  expect(tries).toHaveLength(3)
  expect(clock.waiting).toBe(0)
})

test('a newer touch of a session takes over from one that waits', async () => {
  const { touches, clock, tries, touch } = started(100)
  touches.start('a', clock.now() + FOR_LONG, touch)
  await turnOfLoop()
  touches.start('a', clock.now() + FOR_LONG, () => Promise.resolve())
  await clock.advance(60_000)
  expect(tries).toHaveLength(1)
  expect(clock.waiting).toBe(0)
})

test('several failing touches of one session wait once', async () => {
  const { touches, clock, touch } = started(100)
  for (let n = 0; n < 5; n++) touches.start('a', clock.now() + FOR_LONG, touch)
  await turnOfLoop()
  expect(clock.waiting).toBe(1)
})

test('no more than ten thousand sessions wait', async () => {
  const { touches, clock, touch } = started(100_000)
  for (let n = 0; n < 10_050; n++) touches.start(`s${n}`, clock.now() + FOR_LONG, touch)
  await turnOfLoop()
  expect(clock.waiting).toBe(10_000)
})

test('after close nothing waits, and what fails later is not tried again', async () => {
  const { touches, clock, touch } = started(100)
  touches.start('a', clock.now() + FOR_LONG, touch)
  await turnOfLoop()
  touches.start('b', clock.now() + FOR_LONG, touch)
  touches.close()
  await turnOfLoop()
  expect(clock.waiting).toBe(0)
})

function started(failures: number): {
  readonly touches: BackgroundTouches
  readonly clock: ManualClock
  readonly tries: number[]
  readonly touch: () => Promise<void>
} {
  const clock = new ManualClock()
  const tries: number[] = []
  const touch = async (): Promise<void> => {
    tries.push(clock.now())
    if (tries.length <= failures) throw new Error('away')
  }
  return { touches: new BackgroundTouches(clock), clock, tries, touch }
}
