import { expect, test, vi } from 'vitest'
import { Neighbourhood } from '../src/neighbourhood.ts'
import type { Occupant } from '../src/port-probe.ts'

const ADDRESS = '127.0.0.1:5701'

test('silence counts only where it lasts; who was foreign once need not prove it again', async () => {
  let occupant: Occupant = 'silent'
  let now = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
  const neighbourhood = new Neighbourhood({ addresses: [ADDRESS], examine: async () => occupant, silence: 10_000 })
  const isUnsettledAt = async (ms: number): Promise<boolean> => {
    now = ms
    await neighbourhood.look('shop')
    return neighbourhood.isUnsettled
  }
  // Nobody looked between the second and the third time: it may have been another one.
  expect(await isUnsettledAt(1000)).toBe(true)
  expect(await isUnsettledAt(4000)).toBe(true)
  expect(await isUnsettledAt(30_000)).toBe(true)
  for (const ms of [33_000, 36_000, 39_000]) expect(await isUnsettledAt(ms)).toBe(true)
  expect(await isUnsettledAt(40_000)).toBe(false)
  expect(await isUnsettledAt(900_000)).toBe(false)
  expect(neighbourhood.joinable).toEqual([])
  occupant = 'none'
  expect(await isUnsettledAt(901_000)).toBe(false)
  expect(neighbourhood.joinable).toEqual([ADDRESS])
  occupant = 'silent'
  expect(await isUnsettledAt(902_000)).toBe(true)
  clock.mockRestore()
})
