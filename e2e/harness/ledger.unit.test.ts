import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { Browser } from './browser.ts'
import type { Site } from './browser.ts'
import { Ledger } from './ledger.ts'

const browser = new Browser()
let server: Server

afterEach(() => {
  browser.close()
  server.close()
})

/** Counts, and breaks the connection in place of the second answer. */
async function forgetfulSite(): Promise<Site> {
  let count = 0
  server = createServer((req, res) => {
    count += 1
    if (count === 2) req.socket.resetAndDestroy()
    else res.end(JSON.stringify({ value: count }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, closesIdle: true }
}

test('what a browser sent again may have been done twice, and no more often', async () => {
  const site = await forgetfulSite()
  const ledger = new Ledger(browser)
  await ledger.increment(site, 'count')
  const second = await ledger.increment(site, 'count')
  expect([second.status, second.repeats, browser.resent]).toEqual([200, 1, 1])
  expect(ledger.contradictions({ count: 3 })).toEqual([])
  expect(ledger.faults({ count: 4 }).map(({ kind }) => kind)).toEqual(['double increment'])
})
