/** An answer, read to its end. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The answer as JSON; `undefined` when it is none. */
  readonly json: unknown
  readonly setCookies: readonly string[]
}

export interface VisitRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  readonly body?: string
}

/** A browser: it keeps the cookies that it is given, and sends them. */
export class Visitor {
  readonly cookies: Map<string, string> = new Map()

  /** Sends a request. Redirects are not followed. */
  async send(url: string, { method = 'GET', headers = {}, signal, body }: VisitRequest = {}): Promise<Answer> {
    const cookie = this.header
    const init = { method, redirect: 'manual', headers: { ...(cookie === '' ? {} : { cookie }), ...headers } } as const
    const response = await fetch(url, {
      ...init,
      ...(signal ? { signal } : {}),
      ...(body === undefined ? {} : { body }),
    })
    const setCookies = response.headers.getSetCookie()
    for (const line of setCookies) this.#take(line)
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: parsed(text), setCookies }
  }

  /** Another browser with the same cookies. */
  clone(): Visitor {
    const clone = new Visitor()
    for (const [name, value] of this.cookies) clone.cookies.set(name, value)
    return clone
  }

  /** The `Cookie` header that it sends. */
  get header(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  #take(line: string): void {
    const [pair = '', ...flags] = line.split(';')
    const name = pair.slice(0, pair.indexOf('='))
    const expires = flags.map((flag) => /^\s*expires=(.*)$/i.exec(flag)?.[1]).find((date) => date !== undefined)
    const isOver = expires !== undefined && Date.parse(expires) <= Date.now()
    if (isOver || flags.some((flag) => /^\s*max-age=0$/i.test(flag))) this.cookies.delete(name)
    else this.cookies.set(name, pair.slice(pair.indexOf('=') + 1))
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
