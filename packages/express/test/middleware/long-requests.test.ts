import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import type { Visit } from '../support/test-worker.ts'
import { ANSWERED, startMiddleware } from './support/middleware-worker.ts'

const logIn: Visit = (req) => void (req.session.user = 'ann')

/** The session lives for 1 + 1 + 2 s: without touches it would be over long before. */
const SHORT = { maxInactiveInterval: 1, touchAfter: 1 }

test.each<[string, Visit]>([
  ['reads the session', (req) => req.session.user],
  ['does not look at it', () => 'nothing'],
])(
  'a request that %s keeps it alive while it runs, and no longer',
  async (_what, look) => {
    const recordStore = new ObservedRecordStore()
    const worker = await startMiddleware({ recordStore, ...SHORT })
    const browser = new Browser()
    await browser.visit(worker, logIn)
    await browser.visit(worker, async (req, res) => {
      const seen = look(req, res)
      await pause(7000)
      return seen
    })
    const { json } = await browser.visit(worker, (req) => req.session.user ?? null)
    expect(json).toBe('ann')
    await expect.poll(() => recordStore.writes).toBeGreaterThanOrEqual(3)
    await pause(100)
    const { writes } = recordStore
    await pause(3000)
    expect(recordStore.writes).toBe(writes)
  },
  30_000,
)

test('the request for a WebSocket, which ends with the socket, keeps nothing alive and begins nothing', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startMiddleware({ recordStore, ...SHORT })
  const browser = new Browser()
  await browser.visit(worker, logIn)
  const ask = async (visit: Visit, cookie: string): Promise<void> => {
    const { hostname, port } = new URL(worker.url)
    const socket = connect(Number(port), hostname)
    const head = `GET ${worker.route(visit)} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n`
    socket.write(`${head}Cookie: ${cookie}\r\n\r\n`)
    await pause(5000)
    socket.destroy()
  }
  await Promise.all([
    ask((req) => (void req.session.user, ANSWERED), browser.cookie ?? ''),
    ask((req) => ((req.session.user = 'bob'), ANSWERED), ''),
  ])
  await pause(100)
  expect(recordStore.writes).toBe(1)
}, 30_000)

test('a request whose browser went away keeps nothing alive', async () => {
  const recordStore = new ObservedRecordStore()
  const worker = await startMiddleware({ recordStore, ...SHORT })
  const browser = new Browser()
  await browser.visit(worker, logIn)
  const path = worker.route(() => ANSWERED)
  const request = fetch(worker.url + path, {
    headers: { cookie: browser.cookie ?? '' },
    signal: AbortSignal.timeout(200),
  })
  await expect(request).rejects.toThrow(/abort/)
  await pause(5000)
  expect(recordStore.writes).toBe(1)
}, 30_000)
