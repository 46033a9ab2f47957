import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { attributesOf, startStoreWorker } from '../support/store-worker.ts'
import type { StoreWorker } from '../support/store-worker.ts'

async function pair(delay = 0): Promise<[StoreWorker, StoreWorker]> {
  const recordStore = new ObservedRecordStore()
  recordStore.delay = delay
  return [await startStoreWorker({ recordStore }), await startStoreWorker({ recordStore })]
}

describe('parallel requests', () => {
  test('of twenty writers on two workers keep all attributes', async () => {
    const [one, two] = await pair(10)
    const browser = new Browser()
    await browser.get(one.route(async ({ session }) => void (session.user = 'ann')))
    const names = Array.from({ length: 20 }, (_, number) => `attribute${number}`)
    const answers = await Promise.all(
      names.map((name, number) =>
        browser.get((number % 2 ? one : two).route(async ({ session }) => void Reflect.set(session, name, number))),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const { json } = await browser.get(one.route(attributesOf))
    expect(json).toEqual({ user: 'ann', ...Object.fromEntries(names.map((name, number) => [name, number])) })
  })

  test('keep a deletion of one and the assignments of others', async () => {
    const [one, two] = await pair()
    const browser = new Browser()
    await browser.get(one.route(async ({ session }) => void Object.assign(session, { user: 'ann', count: 1 })))
    await browser.get(
      one.route(async ({ session }) => {
        await browser.get(two.route(async (other) => void (other.session.cart = { items: ['tea'] })))
        delete session.user
      }),
    )
    expect((await browser.get(two.route(attributesOf))).json).toEqual({ count: 1, cart: { items: ['tea'] } })
  })

  test.each([0, 1])('of which one has logged out at worker %s: the slow one writes nothing back', async (logoutAt) => {
    const workers = await pair()
    const browser = new Browser()
    await browser.get(workers[0].route(async ({ session }) => void (session.user = 'ann')))
    const old = browser.copy()
    const slow = await old.get(
      workers[0].route(async ({ session }) => {
        await browser.get(workers[logoutAt]!.route(async (other) => other.session.destroy()))
        session.count = 1
      }),
    )
    expect(slow).toMatchObject({ status: 409, json: { code: 'SESSION_ENDED' }, setCookie: undefined })
    expect(await workers[0].store.length()).toBe(0)
    expect((await old.get(workers[1].route(attributesOf))).json).toEqual({})
  })

  test('of which one reloads a session that another one has ended: what it saves then brings nothing back', async () => {
    const [one, two] = await pair()
    const browser = new Browser()
    await browser.get(one.route(async ({ session }) => void (session.user = 'ann')))
    await browser.get(
      one.route(async (request) => {
        await two.store.end(request.session.sessionId)
        await request.session.reload()
        request.session.count = 1
        await expect(request.session.save()).rejects.toMatchObject({ code: 'SESSION_ENDED' })
        await request.session.destroy()
      }),
    )
    expect(await two.store.length()).toBe(0)
  })

  test('count with `store.update`, and lose none', async () => {
    const workers = await pair(5)
    const browser = new Browser()
    await browser.get(workers[0].route(async ({ session }) => void (session.user = 'ann')))
    const counted = (worker: StoreWorker): string =>
      worker.route(async ({ session }) => ({
        value: await worker.store.update(session, (data) => (data.count = (data.count ?? 0) + 1)),
      }))
    const answers = await Promise.all(Array.from({ length: 20 }, (_, turn) => browser.get(counted(workers[turn % 2]!))))
    const values = answers.map(({ json }) => (json as { value: number }).value)
    expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, turn) => turn + 1))
  })
})

test('`store.update` begins a session, and takes the unsaved changes of the request along', async () => {
  const [one, two] = await pair()
  const browser = new Browser()
  const begun = await browser.get(
    one.route(async (request) => {
      request.session.user = 'ann'
      await one.store.update(request.session, (data) => (data.count = 1))
      return [attributesOf(request), one.store.isNew(request.session)]
    }),
  )
  expect(begun.json).toEqual([{ user: 'ann', count: 1 }, false])
  expect((await browser.get(two.route(attributesOf))).json).toEqual({ user: 'ann', count: 1 })
})

test('a copy of what the store gave is saved as what was changed in it; one without a past as a whole', async () => {
  const [one, two] = await pair()
  const browser = new Browser()
  await browser.get(one.route(async ({ session }) => void Object.assign(session, { user: 'ann', count: 1 })))
  const id = browser.value ?? ''
  const own = await one.store.get(id)
  await two.store.set(id, { ...(await two.store.get(id)), theme: 'dark', cookie: { originalMaxAge: null } })
  if (!own) throw new Error('The session is not there.')
  own.count = 2
  await one.store.set(id, own)
  expect(await one.store.get(id)).toEqual({ user: 'ann', count: 2, theme: 'dark', cookie: { originalMaxAge: null } })
})
