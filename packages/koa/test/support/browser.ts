import type { Visit, VisitedApp } from './visited-app.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly setCookie: readonly string[]
  /** The answer of a visit that returned something. */
  readonly json: unknown
}

export type VisitedUrl = Pick<VisitedApp, 'url' | 'route'>

/** Keeps cookies, as one user's browser does; many requests may be under way. */
export class Browser {
  readonly cookies = new Map<string, string>()

  /** Runs `visit` as a request to this application. */
  visit(app: VisitedUrl, visit: Visit, request: RequestInit = {}): Promise<Answer> {
    return this.get(app.url + app.route(visit), request)
  }

  async get(url: string, request: RequestInit = {}): Promise<Answer> {
    const headers = new Headers(request.headers)
    if (this.cookies.size > 0) headers.set('cookie', this.header)
    const response = await fetch(url, { redirect: 'manual', ...request, headers })
    const text = await response.text()
    const setCookie = response.headers.getSetCookie()
    for (const cookie of setCookie) this.#keep(cookie)
    return { status: response.status, headers: response.headers, text, setCookie, json: parsed(text) }
  }

  /** Another browser with the same cookies. */
  copy(): Browser {
    const copy = new Browser()
    for (const [name, value] of this.cookies) copy.cookies.set(name, value)
    return copy
  }

  get header(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** The id, of a cookie signed as we do. */
  get sessionId(): string | undefined {
    const value = decodeURIComponent(this.cookies.get('koa.sess') ?? '')
    return value.startsWith('s:') ? value.slice(2, value.lastIndexOf('.')) : undefined
  }

  #keep(cookie: string): void {
    const [pair = '', ...flags] = cookie.split('; ')
    const name = pair.slice(0, pair.indexOf('='))
    const value = pair.slice(name.length + 1)
    const expires = flags.find((flag) => flag.toLowerCase().startsWith('expires='))?.slice('expires='.length)
    if (expires !== undefined && Date.parse(expires) <= Date.now()) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
