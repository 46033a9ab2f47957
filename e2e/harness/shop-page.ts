import type { Page } from 'playwright-core'

/** Ms that a page may take on a busy machine. */
const PATIENCE = 60_000

/** The shop in one tab of a browser, used as people do: all shops have the same page. */
export class ShopPage {
  readonly #page: Page

  constructor(page: Page) {
    page.setDefaultTimeout(PATIENCE)
    this.#page = page
  }

  async visit(url: string): Promise<void> {
    await this.#page.goto(url)
  }

  async reload(): Promise<void> {
    await this.#page.reload()
  }

  /** Presses the button that goes back. */
  async back(): Promise<void> {
    await this.#page.goBack()
  }

  /** Who served what is shown. */
  async worker(): Promise<string> {
    return (
      (await this.#page
        .getByText(/^Served by worker/)
        .locator('strong')
        .textContent()) ?? ''
    )
  }

  async logIn(user: string): Promise<void> {
    await this.#page.getByPlaceholder('Your name').fill(user)
    await this.#page.getByRole('button', { name: 'Log in' }).click()
    await this.#page.getByText(`Logged in as ${user}`).waitFor()
  }

  async logOut(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Log out' }).click()
    await this.#page.getByPlaceholder('Your name').waitFor()
  }

  /** Adds one of these to the cart, and waits for the page that comes then. */
  async add(item: string): Promise<void> {
    const answered = this.#page.waitForResponse((response) => response.request().method() === 'POST')
    await this.#page.getByRole('button', { name: `Add ${item}` }).click()
    await answered
    await this.#page.waitForLoadState('load')
  }

  /** Who is logged in, as the page says; `undefined`: nobody. */
  async user(): Promise<string | undefined> {
    const shown = this.#page.getByText(/^Logged in as/).locator('strong')
    return (await shown.count()) > 0 ? ((await shown.textContent()) ?? '') : undefined
  }

  /** `coffee: 2`, …, in the order of the alphabet. */
  async cart(): Promise<readonly string[]> {
    const lines = await this.#page.getByRole('listitem').allTextContents()
    return lines.filter((line) => line !== 'nothing yet').toSorted()
  }

  /** A request that a script of the page makes. */
  async fetchJson(path: string, method: string): Promise<unknown> {
    return this.#page.evaluate(`fetch('${path}', { method: '${method}' }).then((response) => response.json())`)
  }
}
