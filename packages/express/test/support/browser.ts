import type { TestWorker, Visit } from './test-worker.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The `Set-Cookie` of the session, if there was one. */
  readonly setCookie: string | undefined
  /** The answer of a visit that returned something. */
  readonly json: unknown
}

/** Keeps the session's cookie, as one user's browser does; many requests may be under way. */
export class Browser {
  cookie: string | undefined

  /** Runs `visit` as a request to this worker. */
  visit(
    worker: Pick<TestWorker, 'url' | 'route'>,
    visit: Visit,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    return this.get(worker.url + worker.route(visit), headers)
  }

  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const cookies = this.cookie === undefined ? {} : { cookie: this.cookie }
    const response = await fetch(url, { headers: { ...cookies, ...headers }, redirect: 'manual' })
    const text = await response.text()
    const setCookie = response.headers.getSetCookie().find((value) => value.includes('=s%3A'))
    if (setCookie !== undefined) this.cookie = setCookie.slice(0, setCookie.indexOf(';'))
    return { status: response.status, headers: response.headers, text, setCookie, json: parsed(text) }
  }

  /** The id inside the cookie. */
  get sessionId(): string | undefined {
    if (this.cookie === undefined) return undefined
    const value = decodeURIComponent(this.cookie.slice(this.cookie.indexOf('=') + 1))
    return value.slice(2, value.lastIndexOf('.'))
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
