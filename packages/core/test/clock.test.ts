import { expect, test } from 'vitest'
import { pause, systemClock, within } from '../src/clock.ts'
import { ManualClock } from './saving/manual-clock.ts'

const late = (): Error => new Error('late')

test('within settles as its promise does, and leaves no timer', async () => {
  const clock = new ManualClock()
  await expect(within(clock, 100, Promise.resolve(1), late)).resolves.toBe(1)
  await expect(within(clock, 100, Promise.reject(new Error('no')), late)).rejects.toThrow('no')
  expect(clock.waiting).toBe(0)
})

test('within rejects when time is up, and swallows what comes later', async () => {
  const clock = new ManualClock()
  const slow = pause(clock, 200).then(() => Promise.reject(new Error('too late to matter')))
  await expect(clock.until(within(clock, 100, slow, late))).rejects.toThrow('late')
  await clock.advance(200)
})

test('a timer of more than 24 days does not fire at once', async () => {
  let fired = false
  const cancel = systemClock.after(2 ** 40, () => {
    fired = true
  })
  await pause(systemClock, 10)
  cancel()
  expect(fired).toBe(false)
})

test('a cancelled timer does not fire', async () => {
  let fired = false
  systemClock.after(1, () => {
    fired = true
  })()
  await pause(systemClock, 10)
  expect(fired).toBe(false)
})
