import { chromium } from 'playwright-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Balancer } from '../harness/balancer.ts'
import { BUDGET } from '../harness/budget.ts'
import type { Cluster } from '../harness/cluster.ts'
import { HAProxy } from '../harness/haproxy.ts'
import { nextShop } from '../harness/next-app.ts'
import type { NextProgram } from '../harness/next-app.ts'
import { canRunChromium, canRunHAProxy, CHROMIUM } from '../harness/requirements.ts'
import { Stage } from '../harness/stage.ts'
import type { Worker } from '../harness/worker.ts'

/** Ms for a build on a busy machine. */
const BUILD_LIMIT = 600_000
/** Ms that a page may take there. */
const PATIENCE = 60_000
const NAMES = ['w1', 'w2'] as const

/** One person, one browser: each test goes on where the one before ended. */
describe.skipIf(!canRunChromium || !canRunHAProxy)('the shop on Next.js, in a browser and behind HAProxy', () => {
  const stage = new Stage()
  const programs = new Map<string, NextProgram>()
  const workers = new Map<string, Worker>()
  const faults: string[] = []
  let cluster: Cluster
  let balancer: Balancer
  let browser: Browser
  let context: BrowserContext
  let page: Page

  async function start(name: string): Promise<void> {
    workers.set(name, await stage.worker(cluster, { ...programs.get(name), name, operationTimeout: BUDGET }))
    await balancer.welcome(name)
  }

  async function tab(): Promise<Page> {
    const opened = await context.newPage()
    opened.setDefaultTimeout(PATIENCE)
    opened.on('pageerror', (error) => faults.push(error.message))
    await opened.goto(balancer.url)
    return opened
  }

  beforeAll(async () => {
    const preparing = stage.cluster({ size: 1 })
    for (const name of NAMES) programs.set(name, await nextShop())
    cluster = await preparing
    const servers = NAMES.map((name) => ({ name, port: Number(programs.get(name)!.env['PORT']) }))
    balancer = await stage.balancer(HAProxy.spawn({ servers, by: 'suffix' }))
    await Promise.all(NAMES.map(start))
    await stage.browser().untilServed(balancer)
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    context = await browser.newContext()
    page = await tab()
  }, BUILD_LIMIT)
  afterAll(() => browser?.close())

  const add = (item: string, at = page): Promise<void> => at.getByRole('button', { name: `Add ${item}` }).click()
  const follow = (link: string, at = page): Promise<void> => at.getByRole('link', { name: link }).click()
  const servedBy = async (): Promise<string> => (await page.locator('strong', { hasText: /^w\d$/ }).textContent()) ?? ''
  const until = async (read: () => Promise<unknown>, expected: unknown): Promise<void> => {
    await expect.poll(read, { timeout: PATIENCE }).toEqual(expected)
  }
  const expectCart = (lines: readonly string[], at = page): Promise<void> =>
    until(() => at.locator('li').allTextContents(), lines)

  /** Resolves with who serves instead. */
  async function killServing(): Promise<string> {
    const name = await servedBy()
    await workers.get(name)!.kill()
    return NAMES.find((other) => other !== name)!
  }

  /** Whether the document is still the one that was marked: nothing has loaded it anew. */
  const mark = (): Promise<unknown> => page.evaluate('window.isMarked = true')
  const isMarked = (): Promise<unknown> => page.evaluate('window.isMarked === true')

  test('logs in, and fills the cart by Server Actions', async () => {
    await mark()
    await page.getByPlaceholder('Your name').fill('ann')
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByText('Logged in as ann').waitFor()
    await add('coffee')
    await expectCart(['coffee: 1'])
    expect(await isMarked()).toBe(true)
  })

  test('goes on by an action when the worker that served is killed', async () => {
    const other = await killServing()
    await add('coffee')
    await expectCart(['coffee: 2'])
    await until(servedBy, other)
    await page.getByText('Logged in as ann').waitFor()
    expect(await isMarked()).toBe(true)
  })

  test('goes to another page without loading the document, and back', async () => {
    await follow('Cart')
    await page.getByRole('heading', { name: 'The cart of ann' }).waitFor()
    await expectCart(['coffee: 2'])
    await page.goBack()
    await page.getByText('Logged in as ann').waitFor()
    await expectCart(['coffee: 2'])
    expect(await isMarked()).toBe(true)
  })

  test('goes to another page when the worker that served is killed', async () => {
    for (const name of NAMES) if (!workers.get(name)!.isRunning) await start(name)
    const other = await killServing()
    await follow('Cart')
    await page.getByRole('heading', { name: 'The cart of ann' }).waitFor()
    await until(servedBy, other)
    await expectCart(['coffee: 2'])
    expect(await isMarked()).toBe(true)
    // By now the cookie names the worker that is left, so that the killed one could come back without being asked.
    const cookie = (await context.cookies()).find(({ name }) => name === 'shop.sid')
    expect(decodeURIComponent(cookie?.value ?? '').split('.')[1]).toBe(other)
  })

  test('has one cart in two tabs, and is logged out in both', async () => {
    const second = await tab()
    await add('apples', second)
    await expectCart(['coffee: 2', 'apples: 1'], second)
    await follow('Shop')
    await expectCart(['coffee: 2', 'apples: 1'])
    await add('bread')
    await expectCart(['coffee: 2', 'apples: 1', 'bread: 1'])

    await second.getByRole('button', { name: 'Log out' }).click()
    await second.getByRole('button', { name: 'Log in' }).waitFor()
    await expectCart([], second)
    await follow('Cart')
    await page.getByRole('heading', { name: 'The cart of nobody' }).waitFor()
    await expectCart([])
    await page.goBack()
    await page.reload()
    await page.getByRole('button', { name: 'Log in' }).waitFor()
    expect((await context.cookies()).filter(({ name }) => name === 'shop.sid')).toEqual([])
  })

  test('met no error on its pages', () => {
    expect(faults).toEqual([])
  })
})
