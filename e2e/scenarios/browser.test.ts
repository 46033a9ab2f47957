import { chromium } from 'playwright-core'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Cluster } from '../harness/cluster.ts'
import { Fleet } from '../harness/fleet.ts'
import { HAProxy } from '../harness/haproxy.ts'
import { nextShop } from '../harness/next-app.ts'
import { CHROMIUM, canRunChromium, canRunHAProxy } from '../harness/requirements.ts'
import { ShopPage } from '../harness/shop-page.ts'
import { Stage } from '../harness/stage.ts'
import type { CastOptions } from '../harness/stage.ts'

interface Shop {
  readonly framework: string
  /** What a worker of it is started with. Each call is for another one. */
  readonly cast: () => Promise<CastOptions>
}

const SHOPS: readonly Shop[] = [
  { framework: 'Express', cast: async () => ({ framework: 'express' }) },
  { framework: 'Koa', cast: async () => ({ framework: 'koa' }) },
  { framework: 'Fastify', cast: async () => ({ framework: 'fastify' }) },
]
/** Ms that a page may take on a busy machine. */
const PATIENCE = 60_000
/** Clicks in each of two tabs. */
const CLICKS = 5
/** Ms for a build of the shop on Next.js on a busy machine. */
const BUILD_LIMIT = 600_000

describe.skipIf(!canRunChromium || !canRunHAProxy)('people with Chromium, behind HAProxy', () => {
  const stage = new Stage()
  let cluster: Cluster
  let chrome: Browser
  let person: BrowserContext

  beforeAll(async () => {
    const starting = stage.cluster({ size: 1 })
    chrome = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    cluster = await starting
  })
  afterAll(() => chrome?.close())
  beforeEach(async () => {
    person = await chrome.newContext()
  })
  afterEach(() => person.close())

  async function tab(url: string): Promise<ShopPage> {
    const page = new ShopPage(await person.newPage())
    await page.visit(url)
    return page
  }

  const expectCart = async (page: ShopPage, ...lines: readonly string[]): Promise<void> => {
    await expect.poll(() => page.cart(), { timeout: PATIENCE }).toEqual(lines.toSorted())
  }
  const expectUser = async (page: ShopPage, user: string | undefined): Promise<void> => {
    await expect.poll(() => page.user(), { timeout: PATIENCE }).toBe(user)
  }

  describe.each(SHOPS)('in the shop on $framework', ({ framework, cast }) => {
    let fleet: Fleet
    let url: string

    beforeAll(async () => {
      const names = [`${framework}-1`, `${framework}-2`]
      fleet = await Fleet.behind(stage, cluster, names, (servers) => HAProxy.spawn({ servers, by: 'suffix' }))
      for (const name of names) await fleet.start(name, { door: 'middleware', ...(await cast()) })
      url = fleet.balancer.url
    }, BUILD_LIMIT)

    test('go on, logged in and with their cart, when the worker they are on is killed', async () => {
      const page = await tab(url)
      await page.logIn('ann')
      await page.add('coffee')
      await page.add('bread')
      const before = await page.worker()
      await page.reload()
      expect(await page.worker()).toBe(before)

      await fleet.workers.get(before)!.kill()
      // What is shown is the dead worker's page; its button does its work all the same.
      await page.add('coffee')
      await expectCart(page, 'bread: 1', 'coffee: 2')
      await expectUser(page, 'ann')
      const after = await page.worker()
      expect(after).not.toBe(before)
      await page.back()
      await page.add('bread')
      await expectCart(page, 'bread: 2', 'coffee: 2')

      await fleet.start(before, { door: 'middleware', ...(await cast()) })
      await page.reload()
      await expectCart(page, 'bread: 2', 'coffee: 2')
      expect(await page.worker()).toBe(after)
    })

    test('lose nothing with two tabs at once', async () => {
      const first = await tab(url)
      await first.logIn('ann')
      const tabs = [first, await tab(url)]
      await Promise.all(
        tabs.map(async (page) => {
          for (let click = 0; click < CLICKS; click++) await page.add('apples')
        }),
      )
      for (const page of tabs) {
        await page.reload()
        await expectCart(page, `apples: ${2 * CLICKS}`)
      }
    })

    test('are out in all tabs when they log out in one, and do not come back in by going back', async () => {
      const [first, second] = [await tab(url), await tab(url)]
      await first.logIn('ann')
      await first.add('coffee')
      await second.reload()
      await expectUser(second, 'ann')
      await second.logOut()
      await first.add('bread')
      await expectUser(first, undefined)
      await expectCart(first, 'bread: 1')
      await second.back()
      await second.reload()
      await expectUser(second, undefined)
      await second.add('bread')
      await expectCart(second, 'bread: 2')
    })
  })

  test(
    'use a site whose /account is on Next.js, and whose /api is on Fastify, with one cookie',
    async () => {
      const account = ['account-1', 'account-2']
      const app = ['app-1', 'app-2']
      const fleet = await Fleet.behind(stage, cluster, [...account, ...app], ([a1, a2, ...others]) =>
        HAProxy.spawnForTwo({ account: [a1!, a2!], app: others }),
      )
      const { url } = fleet.balancer
      const env = (routeCookie: string): Record<string, string> => ({
        HZ_SESSION_ROUTE_COOKIE: routeCookie,
        HZ_SESSION_STALE_PERIOD: '0',
      })
      for (const name of account) {
        const shop = await nextShop()
        await fleet.start(name, { ...shop, env: { ...shop.env, ...env('hzaccount') } })
      }
      for (const name of app) {
        await fleet.start(name, { door: 'middleware', framework: 'fastify', env: env('hzapp') })
      }

      const page = await tab(`${url}/account`)
      expect(await page.worker()).toMatch(/^account-/)
      await page.logIn('ann')
      await page.visit(url)
      await expectUser(page, 'ann')
      expect(await page.worker()).toMatch(/^app-/)
      await page.add('coffee')
      expect(await page.fetchJson('/api/increment/visits', 'POST')).toEqual({ value: 1 })

      await page.visit(`${url}/account`)
      await expectUser(page, 'ann')
      await page.add('coffee')
      await expectCart(page, 'coffee: 2')
      const seen = { isNew: false, attributes: { user: 'ann', cart: { coffee: 2 }, visits: 1 } }
      const before = await page.fetchJson('/api/session', 'GET')
      expect(before).toMatchObject(seen)

      const lost = [await page.worker(), String(Reflect.get(Object(before), 'worker'))]
      expect(lost.map((name) => name.replace(/\d/, ''))).toEqual(['account-', 'app-'])
      await Promise.all(lost.map((name) => fleet.workers.get(name)!.kill()))
      await page.reload()
      await expectUser(page, 'ann')
      expect(await page.fetchJson('/api/session', 'GET')).toMatchObject(seen)
      const names = (await person.cookies()).map(({ name }) => name).toSorted()
      expect(names).toEqual(['hzaccount', 'hzapp', 'shop.sid'])

      await page.logOut()
      expect(await page.fetchJson('/api/session', 'GET')).toMatchObject({ isNew: true, attributes: {} })
    },
    BUILD_LIMIT,
  )
})
