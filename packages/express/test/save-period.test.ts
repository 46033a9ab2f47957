import { describe, expect, test } from 'vitest'
import { HazelcastStore } from '../src/index.ts'
import { Browser } from './support/browser.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { startWorker } from './support/test-worker.ts'
import type { Visit } from './support/test-worker.ts'

const logIn: Visit = (req) => void (req.session.user = 'ann')
const user: Visit = (req) => req.session.user ?? null

describe('a store under express-session', () => {
  test.each([{ savePeriod: -2 }, { savePeriod: 'attribute' }, { deferredWrite: false }] as const)(
    'cannot be told of assignments: %o',
    (options) => {
      const store = (): HazelcastStore => new HazelcastStore({ enabled: false, ...options })
      expect(store).toThrow('not of each assignment')
    },
  )

  test('writes later where it is sticky, and says why where it is not', async () => {
    const recordStore = new ObservedRecordStore()
    expect(() => new HazelcastStore({ recordStore, savePeriod: 5 })).toThrow('`sticky` is false')
    const worker = await startWorker({ recordStore, savePeriod: 'shutdown', sticky: true })
    const browser = new Browser()
    await browser.visit(worker, logIn)
    recordStore.writes = 0
    await browser.visit(worker, (req) => void (req.session.theme = 'dark'))
    await expect.poll(async () => (await browser.visit(worker, (req) => req.session.theme)).json).toBe('dark')
    expect(recordStore.writes).toBe(0)
    await worker.store.close()
    expect(recordStore.writes).toBe(1)
  })

  test('writes with every request, with savePeriod 0', async () => {
    const recordStore = new ObservedRecordStore()
    const worker = await startWorker({ recordStore, savePeriod: 0 })
    const browser = new Browser()
    await browser.visit(worker, logIn)
    recordStore.writes = 0
    expect((await browser.visit(worker, user)).json).toBe('ann')
    await expect.poll(() => recordStore.writes).toBe(1)
  })
})
