import { MemoryRecordStore } from '@hazelcast-session/core'
import { expect, onTestFinished, test, vi } from 'vitest'
import { HazelcastStore } from '../src/index.ts'
import { Browser } from './support/browser.ts'
import { attributesOf } from './support/session-data.ts'
import { silentLogger, startWorker } from './support/test-worker.ts'

test.each([
  [undefined, undefined, false],
  ['', undefined, false],
  ['true', undefined, true],
  ['false', undefined, false],
  ['true', false, false],
  ['false', true, true],
])('with HZ_SESSION_STICKY=%s and `sticky` %s a store is sticky: %s', async (text, sticky, expected) => {
  setVariable(text)
  const store = new HazelcastStore({ recordStore: new MemoryRecordStore(), logger: silentLogger, sticky })
  onTestFinished(() => store.close())
  expect(store.manager.isSticky).toBe(expected)
})

test('a value that is neither is refused', () => {
  setVariable('sometimes')
  expect(() => new HazelcastStore({ recordStore: new MemoryRecordStore() })).toThrow('HZ_SESSION_STICKY')
})

test('where it is on all the same, the cookie is still the one of the library, and any worker serves any session', async () => {
  setVariable('true')
  const recordStore = new MemoryRecordStore()
  const workers = [
    await startWorker({ recordStore, workerName: 'w1' }),
    await startWorker({ recordStore, workerName: 'w2' }),
  ] as const
  const browser = new Browser()
  const { setCookie } = await browser.visit(workers[0], (req) => void (req.session.user = 'ann'))
  expect(setCookie).toMatch(/^connect\.sid=s%3A[^.]+\.[^.]+; /)
  for (const [turn, worker] of [...workers, ...workers].entries()) {
    const { json } = await browser.visit(worker, (req) => {
      req.session.count = turn
      return attributesOf(req)
    })
    expect(json).toMatchObject({ user: 'ann', ...(turn > 0 && { count: turn }) })
    const other = workers[worker === workers[0] ? 1 : 0]
    expect((await browser.visit(other, attributesOf)).json).toEqual({ user: 'ann', count: turn })
  }
})

function setVariable(text: string | undefined): void {
  vi.stubEnv('HZ_SESSION_STICKY', text)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
}
