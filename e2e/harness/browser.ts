import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { CookieJar } from 'tough-cookie'
import type { Answer } from './answer.ts'
import { waitFor } from './wait-for.ts'

/** Where a request goes: a worker, or anything else with an address. */
export interface Site {
  readonly url: string
  /** It may close idle connections at any moment: a request that meets that is sent again, as browsers do. */
  readonly closesIdle?: true
  /**
   * Ms after which it sends a request, other than a POST, to another worker, when the first one has not answered. The first
   * one may still carry it out, however much later.
   */
  readonly repeatsAfter?: number
}

/** What `GET /api/session` answers. */
export interface SeenSession {
  readonly isNew: boolean
  readonly id: string | null
  readonly worker: string
  readonly attributes: Readonly<Record<string, unknown>>
}

/** Nothing takes this long; a request that does is given up, so that a test says so instead of hanging. */
const GIVEN_UP_AFTER = 30_000

/** One user's browser: keeps cookies as browsers do (for a host, whatever the port) and connections alive. */
export class Browser {
  /** How often a request was sent again, since its connection was closed before anything of an answer was there. */
  resent = 0
  readonly #jar = new CookieJar()
  // Idle connections are given up before the server does so, which takes Node 5 s: a request must not meet that.
  readonly #agent = new Agent({ keepAlive: true, timeout: 3000 })

  fetch(site: Site, method: string, path: string, body?: unknown): Promise<Answer> {
    return this.fetchText(site, method, path, body === undefined ? undefined : JSON.stringify(body))
  }

  /** As `fetch`, with a body that may be JSON or not. */
  async fetchText(site: Site, method: string, path: string, body?: string): Promise<Answer> {
    const url = new URL(path, site.url).href
    const cookie = await this.#jar.getCookieString(url)
    const begin = performance.now()
    let repeats = 0
    const repeated = (): void => {
      repeats += 1
      this.resent += 1
    }
    try {
      const response = await this.#send({ site, url, method, cookie, body, repeated })
      for (const line of response.headers['set-cookie'] ?? []) await this.#jar.setCookie(line, url)
      const text = await textOf(response)
      const ms = performance.now() - begin
      return { status: response.statusCode ?? 0, headers: response.headers, text, ms, repeats }
    } catch (error) {
      return { status: 0, headers: {}, text: '', ms: performance.now() - begin, repeats, error }
    }
  }

  get(site: Site, path: string): Promise<Answer> {
    return this.fetch(site, 'GET', path)
  }

  /** Makes the request again where a redirect points to, at a site of our choice, as behind a load balancer. */
  async follow(answer: Answer, site: Site): Promise<Answer> {
    return this.get(site, new URL(answer.headers.location ?? '/', site.url).pathname)
  }

  /** Any other answer than 200 rejects. */
  async session(site: Site): Promise<SeenSession> {
    const answer = await this.get(site, '/api/session')
    if (answer.status !== 200) throw new Error(`GET /api/session answered ${answer.status}: ${answer.text}`)
    return JSON.parse(answer.text) as SeenSession
  }

  set(site: Site, name: string, value: unknown, delay = 0): Promise<Answer> {
    return this.fetch(site, 'PUT', `/api/attributes/${name}${delay > 0 ? `?delay=${delay}` : ''}`, value)
  }

  increment(site: Site, name: string): Promise<Answer> {
    return this.fetch(site, 'POST', `/api/increment/${name}`)
  }

  login(site: Site, user: string): Promise<Answer> {
    return this.fetch(site, 'POST', '/api/login', { user })
  }

  logout(site: Site): Promise<Answer> {
    return this.fetch(site, 'POST', '/api/logout')
  }

  /** `name=value; …`, as it would be sent. */
  cookies(site: Site): Promise<string> {
    return this.#jar.getCookieString(site.url)
  }

  async adopt(site: Site, cookies: string): Promise<void> {
    for (const cookie of cookies.split('; ')) await this.#jar.setCookie(cookie, site.url)
  }

  /** Waits until sessions can be begun and read there. */
  async untilServed(site: Site): Promise<void> {
    await waitFor(`${site.url} serves sessions`, async () => {
      const answer = await this.set(site, 'warm', true)
      return answer.status === 204 && (await this.get(site, '/api/session')).status === 200
    })
  }

  close(): void {
    this.#agent.destroy()
  }

  #send(sending: Sending): Promise<IncomingMessage> {
    const { site, url, method, cookie, body } = sending
    const headers = {
      ...(cookie === '' ? {} : { cookie }),
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    }
    return new Promise((resolve, reject) => {
      const sent = request(url, { method, agent: this.#agent, headers }, resolve)
      sent.once('error', (error) => {
        const isStale = site.closesIdle === true && sent.reusedSocket && 'code' in error && error.code === 'ECONNRESET'
        if (!isStale) return reject(error)
        sending.repeated()
        resolve(this.#send(sending))
      })
      sent.setTimeout(GIVEN_UP_AFTER, () => sent.destroy(new Error(`no answer in ${GIVEN_UP_AFTER} ms`)))
      sent.end(body)
    })
  }
}

interface Sending {
  readonly site: Site
  readonly url: string
  readonly method: string
  readonly cookie: string
  readonly body: string | undefined
  /** It is sent again. */
  readonly repeated: () => void
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
