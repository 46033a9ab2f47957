import { AsyncLocalStorage } from 'node:async_hooks'
import type { EventEmitter } from 'node:events'
import { promisify } from 'node:util'
import { MemoryRecordStore } from '@hazelcast-session/core'
import session from 'express-session'
import { describe, expect, onTestFinished, test } from 'vitest'
import { HazelcastStore } from '../src/index.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { silentLogger } from './support/test-worker.ts'

function openStore(recordStore = new ObservedRecordStore()): HazelcastStore {
  const store = new HazelcastStore({ recordStore, logger: silentLogger })
  onTestFinished(() => store.close())
  return store
}

function dataOf(user: string): session.SessionData {
  return { user, count: 0, theme: 'light', cart: { items: [] }, cookie: new session.Cookie() }
}

/** What reaches the process while `run` is running, in place of the end of the process. */
async function strayErrors(event: 'uncaughtException' | 'unhandledRejection', run: () => unknown): Promise<unknown[]> {
  const processEvents: EventEmitter = process
  const others = processEvents.rawListeners(event)
  const errors: unknown[] = []
  processEvents.removeAllListeners(event)
  processEvents.on(event, (error: unknown) => errors.push(error))
  try {
    await run()
    // Both are told once all microtasks are done.
    await new Promise((resolve) => setTimeout(resolve, 20))
  } finally {
    processEvents.removeAllListeners(event)
    for (const listener of others)
      processEvents.on(event, (...told: unknown[]) => void Reflect.apply(listener, process, told))
  }
  return errors
}

describe('every method of the store', () => {
  test('takes a callback', async () => {
    const store = openStore()
    await promisify<void>((done) => store.set('a', dataOf('ann'), done))()
    await promisify<void>((done) => store.touch('a', dataOf('ann'), done))()
    expect(await promisify<session.SessionData | null | undefined>((done) => store.get('a', done))()).toMatchObject({
      user: 'ann',
    })
    expect(await promisify<number | undefined>((done) => store.length(done))()).toBe(1)
    expect(await promisify<string[] | undefined>((done) => store.ids(done))()).toEqual(['a'])
    expect(await promisify<session.SessionData[] | null | undefined>((done) => store.all(done))()).toMatchObject([
      { id: 'a', user: 'ann' },
    ])
    await promisify<void>((done) => store.destroy('a', done))()
    await promisify<void>((done) => store.clear(done))()
    expect(await promisify<number | undefined>((done) => store.length(done))()).toBe(0)
  })

  test('returns a promise without one', async () => {
    const store = openStore()
    await store.set('a', dataOf('ann'))
    await store.touch('a', dataOf('ann'))
    expect(await store.get('a')).toMatchObject({ user: 'ann' })
    expect(await store.get('b')).toBeUndefined()
    expect(await store.length()).toBe(1)
    expect(await store.ids()).toEqual(['a'])
    expect(await store.all()).toMatchObject([{ id: 'a', user: 'ann' }])
    await store.destroy('a')
    await store.destroy('never stored')
    expect(await store.length()).toBe(0)
  })

  test('gives its error to the callback, or rejects', async () => {
    const recordStore = new ObservedRecordStore()
    const store = openStore(recordStore)
    recordStore.isDown = true
    const unavailable = { code: 'STORE_UNAVAILABLE', status: 503 }
    await expect(store.get('a')).rejects.toMatchObject(unavailable)
    await expect(store.all()).rejects.toMatchObject(unavailable)
    await expect(store.destroy('a')).rejects.toMatchObject(unavailable)
    await expect(promisify<void>((done) => store.destroy('a', done))()).rejects.toMatchObject(unavailable)
    await expect(promisify<void>((done) => store.set('a', dataOf('ann'), done))()).rejects.toMatchObject(unavailable)
  })

  test('ends every session with `clear`, more than go out at once', async () => {
    const store = openStore()
    await Promise.all(Array.from({ length: 100 }, (_, number) => store.set(`s${number}`, dataOf('ann'))))
    expect(await store.length()).toBe(100)
    await store.clear()
    expect(await store.ids()).toEqual([])
  })
})

test('what a callback throws is thrown by the process, once, and is no rejection', async () => {
  const store = openStore()
  const thrown = new Error('a mistake in a callback')
  let rejections: unknown[] = []
  const exceptions = await strayErrors('uncaughtException', async () => {
    rejections = await strayErrors('unhandledRejection', () =>
      store.get('a', () => {
        throw thrown
      }),
    )
  })
  expect(exceptions).toEqual([thrown])
  expect(rejections).toEqual([])
})

test('a `destroy` that nobody waits for does not end the process when the cluster is away', async () => {
  const recordStore = new ObservedRecordStore()
  const store = openStore(recordStore)
  recordStore.isDown = true
  // As `req.session.destroy()` calls it.
  expect(
    await strayErrors('unhandledRejection', () => {
      store.destroy('a', undefined)
    }),
  ).toEqual([])
})

test('callbacks run in the asynchronous context of their caller', async () => {
  const store = openStore()
  const context = new AsyncLocalStorage<string>()
  const seen = await context.run('request 1', () =>
    promisify<unknown>((done) => store.get('a', () => done(undefined, context.getStore())))(),
  )
  expect(seen).toBe('request 1')
})

test('`load` makes a session of the library that can be changed and saved outside of any request', async () => {
  const store = openStore(new ObservedRecordStore(new MemoryRecordStore()))
  await store.set('a', dataOf('ann'))
  const loaded = await promisify<session.SessionData | undefined>((done) => store.load('a', done))()
  expect(loaded).toBeInstanceOf(session.Session)
  const found = loaded as session.Session & session.SessionData
  found.count = 7
  await store.set('a', dataOf('bob'))
  await promisify<void>((done) => found.save(done))()
  expect(await store.get('a')).toMatchObject({ user: 'bob', count: 7 })
  expect(await promisify<unknown>((done) => store.load('b', done))()).toBeUndefined()
})
