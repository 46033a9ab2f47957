import { CookieJar } from 'tough-cookie'
import type { Site } from './browser.ts'

export interface PageAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Names of the cookies that it sets. */
  readonly cookies: readonly string[]
}

/** One user of an application of Next.js, who asks as its scripts would: for pages, for their data, by actions. */
export class NextBrowser {
  readonly #jar = new CookieJar()

  async fetch(site: Site, path: string, init: RequestInit = {}): Promise<PageAnswer> {
    const url = new URL(path, site.url).href
    const headers = new Headers(init.headers)
    headers.set('cookie', await this.#jar.getCookieString(url))
    const response = await fetch(url, { redirect: 'manual', ...init, headers })
    const cookies = response.headers.getSetCookie()
    for (const cookie of cookies) await this.#jar.setCookie(cookie, url)
    return {
      status: response.status,
      headers: response.headers,
      text: await response.text(),
      cookies: cookies.map((cookie) => cookie.slice(0, cookie.indexOf('='))),
    }
  }

  /** What `/run/…` answers: one of the things that a Route Handler may do. */
  async run(site: Site, what: string, query = ''): Promise<PageAnswer> {
    return this.fetch(site, `/run/${what}${query}`, { method: 'POST' })
  }

  /** The attributes of the session, as a Route Handler reads them. */
  async attributes(site: Site): Promise<unknown> {
    const { text } = await this.run(site, 'read')
    return (JSON.parse(text) as { attributes: unknown }).attributes
  }

  /** Calls an action of the first page as its script would. */
  async act(site: Site, name: string): Promise<PageAnswer> {
    return this.fetch(site, '/', {
      method: 'POST',
      body: '[]',
      headers: {
        'next-action': await actionId(site, name),
        accept: 'text/x-component',
        'content-type': 'text/plain;charset=UTF-8',
      },
    })
  }

  /** Submits an action's form of the first page as a browser without scripts would. */
  async submit(site: Site, name: string): Promise<PageAnswer> {
    const body = new FormData()
    body.set(`$ACTION_ID_${await actionId(site, name)}`, '')
    return this.fetch(site, '/', { method: 'POST', body, headers: { origin: site.url } })
  }

  /**
   * Submits the form in which this text stands, as a browser without scripts would: with its hidden fields, and these.
   * `page`: where it was seen, by default the first page as it is now.
   */
  async submitForm(
    site: Site,
    text: string,
    fields: Readonly<Record<string, string>>,
    page?: string,
  ): Promise<PageAnswer> {
    const html = page ?? (await this.fetch(site, '/')).text
    const form = html.split('<form').find((piece) => piece.split('</form>')[0]!.includes(text)) ?? ''
    const body = new FormData()
    for (const [, name = ''] of form.matchAll(/type="hidden" name="([^"]+)"/g)) body.set(name, '')
    for (const [name, value] of Object.entries(fields)) body.set(name, value)
    return this.fetch(site, '/', { method: 'POST', body, headers: { origin: site.url } })
  }

  cookies(site: Site): Promise<string> {
    return this.#jar.getCookieString(site.url)
  }

  async adopt(site: Site, cookies: string): Promise<void> {
    for (const cookie of cookies.split('; ')) await this.#jar.setCookie(cookie, site.url)
  }
}

/** What a page shows in the element with this id. */
export function shown({ text }: PageAnswer, id: string): unknown {
  const [, content = ''] = new RegExp(`id="${id}">([^<]*)<`).exec(text) ?? []
  const plain = content.replaceAll('&quot;', '"')
  return plain.startsWith('{') ? JSON.parse(plain) : plain
}

async function actionId(site: Site, name: string): Promise<string> {
  const page = await (await fetch(site.url)).text()
  const [, id] = new RegExp(`data-action="${name}".*?\\$ACTION_ID_(\\w+)`).exec(page) ?? []
  if (id === undefined) throw new Error(`The page has no action ${name}.`)
  return id
}
