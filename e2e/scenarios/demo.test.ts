import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DemoProcess } from '../harness/demo-process.ts'
import { canRunChromium, CHROMIUM } from '../harness/requirements.ts'

/** Ms that three JVMs may take to start on a busy machine. */
const PATIENCE = 100_000

/** One person, one browser: each test goes on where the one before ended. */
describe.skipIf(!canRunChromium)('the demo in a browser', () => {
  let demo: DemoProcess
  let browser: Browser
  let page: Page
  const faults: string[] = []

  beforeAll(async () => {
    demo = await DemoProcess.start()
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    const context = await browser.newContext({ viewport: { width: 1200, height: 900 } })
    page = await context.newPage()
    page.setDefaultTimeout(PATIENCE)
    page.on('pageerror', (error) => faults.push(error.message))
    await page.goto(demo.url)
  })
  afterAll(async () => {
    await browser?.close()
    await demo?.stop()
  })

  const worker = async (): Promise<string> => (await page.locator('#worker').textContent()) ?? ''
  const card = (name: string): string => `#card-${name}`
  const everybodyServes = async (): Promise<void> => {
    await expect.poll(() => page.locator('.is-serving').count(), { timeout: PATIENCE }).toBe(3)
    await expect.poll(() => page.getByText(/^member 127/).count(), { timeout: PATIENCE }).toBe(3)
  }
  const expectCart = async (...lines: string[]): Promise<void> => {
    await expect.poll(() => page.locator('#cart li').allTextContents()).toEqual(lines)
    await expect.poll(() => page.locator('#logged-in').textContent()).toContain('Logged in as ann')
    expect(await page.locator('#logged-in').isVisible()).toBe(true)
  }

  test('three workers bring three members', async () => {
    await everybodyServes()
    const addresses = await page.getByText(/^member 127/).allTextContents()
    expect(new Set(addresses).size).toBe(3)
  })

  test('by keyboard: log in, fill the cart', async () => {
    await page.keyboard.press('Tab')
    await page.keyboard.type('ann')
    await page.keyboard.press('Enter')
    await page.locator('#logged-in').waitFor()
    await page.locator('[data-item=apples]').focus()
    await page.keyboard.press('Enter')
    await expectCart('apples: 1')
    expect(await page.locator('#cookie-worker').textContent()).toBe(await worker())
  })

  test('two tabs at once lose nothing', async () => {
    await page.locator('#two-tabs').click()
    await page.getByText(/^20 requests at w\d and w\d in the same moment: 20 coffees more/).waitFor()
    await expectCart('apples: 1', 'coffee: 20')
  })

  test('the worker that serves is killed: another one goes on, and it comes back', async () => {
    const before = await worker()
    await page.locator(`${card(before)} .kill`).click()
    await page.locator(`${card(before)}.is-dead`).waitFor()
    await expect.poll(worker, { timeout: PATIENCE }).toMatch(new RegExp(`^w[^${before.slice(1)}]$`))
    await expectCart('apples: 1', 'coffee: 20')
    await page
      .locator('#news')
      .getByText(`${await worker()} took over your session`)
      .first()
      .waitFor()
    await page.locator(`${card(before)} .start`).click()
    await everybodyServes()
    await expectCart('apples: 1', 'coffee: 20')
  })

  test('a member is killed: it is started again, and nothing is missing', async () => {
    const name = await worker()
    await page.locator(`${card(name)} .kill-member`).click()
    await page.locator(`${card(name)} .member`, { hasText: 'no member' }).waitFor()
    await everybodyServes()
    await expectCart('apples: 1', 'coffee: 20')
  })

  test('logged out in one tab, logged out in the other', async () => {
    const tab = await page.context().newPage()
    tab.setDefaultTimeout(PATIENCE)
    await tab.goto(demo.url)
    await tab.locator('#logout').click()
    await page.locator('#login').waitFor()
    await expect.poll(() => page.locator('#cart').textContent()).toBe('empty')
    await tab.close()
  })

  test.each(['light', 'dark'] as const)('fits a phone: %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width: 360, height: 740 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
  })

  test('nothing went wrong on the page, and all of it ends with the demo', async () => {
    expect(faults).toEqual([])
    await browser.close()
    expect(await demo.stop()).toBe(0)
  })
})
