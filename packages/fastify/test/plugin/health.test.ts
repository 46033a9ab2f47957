import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { SessionCookie, setCookieHeader } from '@hazelcast-session/core/adapter'
import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { startPlugin } from '../support/plugin-worker.ts'
import type { PluginWorkerSettings } from '../support/plugin-worker.ts'
import { SECRET } from '../support/store-worker.ts'

/** A worker that stores each visitor's session, and the address of its health check. */
async function checked(settings: PluginWorkerSettings = {}): Promise<{ store: ObservedRecordStore; health: string }> {
  const store = new ObservedRecordStore()
  const { url } = await startPlugin({
    recordStore: store,
    saveUninitialized: true,
    ...settings,
    behind: (app) => {
      settings.behind?.(app)
      app.get('/health', app.sessions.health)
    },
  })
  return { store, health: `${url}/health` }
}

describe('the health check', () => {
  test('begins no session, whatever hooks do, and sets no cookie', async () => {
    const { store, health } = await checked({
      behind: (app) => app.addHook('preHandler', async ({ session }) => void (session.count = 1)),
    })
    for (let turn = 0; turn < 3; turn++) {
      const { status, setCookie } = await new Browser().get(health)
      expect([status, setCookie]).toEqual([200, undefined])
    }
    expect(store.writes).toBe(0)
  })

  test('needs no store, with a session’s cookie or without', async () => {
    const { store, health } = await checked({ sticky: false })
    store.isDown = true
    const visitor = new Browser()
    const id = `HZ${'0'.repeat(32)}`
    visitor.cookie = setCookieHeader(new SessionCookie('sessionId', [SECRET]).write(id, {})).split(';')[0]
    for (const browser of [new Browser(), visitor]) expect((await browser.get(health)).status).toBe(200)
    expect(store.writes).toBe(0)
  })

  test('asks the application for no id', async () => {
    const { health } = await checked({
      idGenerator: () => {
        throw new Error('nobody needs one')
      },
    })
    expect((await new Browser().get(health)).status).toBe(200)
  })
})
