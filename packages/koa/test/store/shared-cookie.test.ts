import { sign } from 'cookie-signature'
import { describe, expect, test } from 'vitest'
import { HazelcastStore } from '../../src/index.ts'
import { Browser } from '../support/browser.ts'
import { attributesOf } from '../support/session-data.ts'
import { SECRET, startStoreWorker } from '../support/store-worker.ts'
import { silentLogger } from '../support/visited-app.ts'
import { MemoryRecordStore } from '@hazelcast-session/core'

describe('the shared cookie', () => {
  test('is the signed one of express-session, and no other', async () => {
    const worker = await startStoreWorker()
    const { setCookie } = await new Browser().visit(worker, (ctx) => void (ctx.session.user = 'ann'))
    const [id = ''] = await worker.store.ids()
    expect(id).toMatch(/^HZ[0-9A-F]{32}$/)
    expect(setCookie).toEqual([`koa.sess=${encodeURIComponent(`s:${sign(id, SECRET)}`)}; path=/; httponly`])
  })

  test('is read with the name of another worker behind the id', async () => {
    const worker = await startStoreWorker()
    const browser = new Browser()
    await browser.visit(worker, (ctx) => void (ctx.session.user = 'ann'))
    browser.cookies.set('koa.sess', encodeURIComponent(`s:${sign(`${browser.sessionId}.w7`, SECRET)}`))
    expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'ann' })
    await browser.visit(worker, (ctx) => void (ctx.session.count = 1))
    expect(await worker.store.length()).toBe(1)
    await browser.visit(worker, (ctx) => void (ctx.session = null))
    expect(await worker.store.length()).toBe(0)
  })

  test('that somebody else signed gets a new session', async () => {
    const worker = await startStoreWorker()
    const browser = new Browser()
    await browser.visit(worker, (ctx) => void (ctx.session.user = 'ann'))
    browser.cookies.set('koa.sess', encodeURIComponent(`s:${sign(browser.sessionId ?? '', 'a guess')}`))
    expect((await browser.visit(worker, attributesOf)).json).toEqual({})
  })

  test('may be signed with an old secret', async () => {
    const recordStore = new MemoryRecordStore()
    const store = new HazelcastStore({ recordStore, logger: silentLogger })
    const rotated = { ...store.sharedCookie({ secret: ['new', SECRET], key: 'koa.sess' }) }
    const [one, two] = [await startStoreWorker({ recordStore }), await startStoreWorker({ store, session: rotated })]
    const browser = new Browser()
    await browser.visit(one, (ctx) => void (ctx.session.user = 'ann'))
    expect((await browser.visit(two, attributesOf)).json).toEqual({ user: 'ann' })
    await browser.visit(two, (ctx) => void (ctx.session.count = 1))
    expect((await browser.visit(one, attributesOf)).json).toEqual({})
    await store.close()
  })

  test.each([undefined, '', [], [''], 5])('needs a secret, and not %j', (secret) => {
    const store = new HazelcastStore({ recordStore: new MemoryRecordStore(), logger: silentLogger })
    // What a user of plain JavaScript may write.
    const options = { secret } as { secret: string }
    expect(() => store.sharedCookie(options)).toThrow('`secret`: expected a text, or a list of texts')
  })
})

test('`externalKey` and `ContextStore` of the application work with it', async () => {
  const recordStore = new MemoryRecordStore()
  const store = new HazelcastStore({ recordStore, logger: silentLogger })
  class ContextStore {
    get(...call: Parameters<HazelcastStore['get']>) {
      return store.get(...call)
    }
    set(...call: Parameters<HazelcastStore['set']>) {
      return store.set(...call)
    }
    destroy(...call: Parameters<HazelcastStore['destroy']>) {
      return store.destroy(...call)
    }
  }
  const worker = await startStoreWorker({
    store,
    ownCookie: true,
    session: {
      store: undefined,
      ContextStore,
      externalKey: {
        get: (ctx) => ctx.get('x-session'),
        set: (ctx, key) => ctx.set('x-session', key),
      },
    },
  })
  const first = await new Browser().visit(worker, (ctx) => void (ctx.session.user = 'ann'))
  const key = first.headers.get('x-session') ?? ''
  expect(await store.ids()).toEqual([key])
  const { json } = await new Browser().visit(worker, attributesOf, { headers: { 'x-session': key } })
  expect(json).toEqual({ user: 'ann' })
  await store.close()
})
