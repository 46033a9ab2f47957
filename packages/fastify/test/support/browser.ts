export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The `Set-Cookie` of the session, if there was one that sets it. */
  readonly setCookie: string | undefined
  readonly json: unknown
}

/** Keeps the session's cookie, as one user's browser does; many requests may be under way. */
export class Browser {
  cookie: string | undefined
  readonly #name: string

  /** `name`: of the cookie that it keeps. */
  constructor(name = 'sessionId') {
    this.#name = name
  }

  async get(url: string, request: RequestInit = {}): Promise<Answer> {
    const headers = new Headers(request.headers)
    if (this.cookie !== undefined) headers.set('cookie', this.cookie)
    const response = await fetch(url, { ...request, headers, redirect: 'manual' })
    const text = await response.text()
    const setCookie = response.headers.getSetCookie().findLast((value) => value.startsWith(`${this.#name}=`))
    if (setCookie !== undefined) this.#take(setCookie)
    return { status: response.status, headers: response.headers, text, setCookie, json: parsed(text) }
  }

  /** What the cookie says: the id, perhaps with a worker's name. */
  get value(): string | undefined {
    if (this.cookie === undefined) return undefined
    const signed = decodeURIComponent(this.cookie.slice(this.cookie.indexOf('=') + 1)).replace(/^s:/, '')
    return signed.slice(0, signed.lastIndexOf('.'))
  }

  /** Another browser with the same cookie. */
  copy(): Browser {
    const copy = new Browser(this.#name)
    copy.cookie = this.cookie
    return copy
  }

  #take(setCookie: string): void {
    const [pair = ''] = setCookie.split(';', 1)
    const isGone = /expires=Thu, 01 Jan 1970|max-age=0/i.test(setCookie)
    this.cookie = isGone ? undefined : pair
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
