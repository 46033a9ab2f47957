import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import type { Site } from '../harness/browser.ts'
import { findingsOf } from './checker.ts'
import { Visit } from './visit.ts'

/** Of what a shop does wrong. */
type Sin = 'forgets writes' | 'counts twice' | 'shares sessions' | 'revives' | 'nothing'

interface Request {
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly id: string | undefined
}

/** A shop with one worker, sessions in its memory, and a sin. */
class SinfulShop implements Site {
  readonly #server: Server
  readonly #sessions = new Map<string, Record<string, unknown>>()
  #sin: Sin = 'nothing'

  constructor() {
    this.#server = createServer((req, res) => void this.#serve(req, res))
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return this
  }

  /** From now on. */
  sin(sin: Sin): void {
    this.#sin = sin
  }

  get url(): string {
    const address = this.#server.address()
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { status, body, cookie } = this.#answer(await requestOf(req))
    if (cookie !== undefined) res.setHeader('Set-Cookie', cookie)
    res.writeHead(status).end(body === undefined ? undefined : JSON.stringify(body))
  }

  #answer({ method, path, body, id }: Request): { status: number; body?: unknown; cookie?: string } {
    const [, , verb = '', name = ''] = path.split('/')
    if (verb === 'session') {
      const shown = this.#sin === 'shares sessions' ? [...this.#sessions.keys()][0] : id
      const attributes = this.#sessions.get(shown ?? '')
      return { status: 200, body: { isNew: !attributes, id: null, worker: 'w1', attributes: attributes ?? {} } }
    }
    if (verb === 'logout') {
      if (this.#sin !== 'revives') this.#sessions.delete(id ?? '')
      return { status: 204, cookie: 'id=; Path=/; Max-Age=0' }
    }
    const own = id ?? `s${this.#sessions.size}`
    const session = this.#sessions.get(own) ?? {}
    this.#sessions.set(own, session)
    const cookie = `id=${own}; Path=/`
    if (verb === 'increment') {
      session[name] = Number(session[name] ?? 0) + (this.#sin === 'counts twice' ? 2 : 1)
      return { status: 200, body: { value: session[name] }, cookie }
    }
    const [key, value] = method === 'PUT' ? [name, body] : ['user', (body as { user: string }).user]
    if (this.#sin !== 'forgets writes') session[key] = value
    return { status: 204, cookie }
  }
}

async function requestOf(req: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  const id = /id=(\w+)/.exec(req.headers.cookie ?? '')?.[1]
  return { method: req.method ?? '', path: req.url ?? '', body: text === '' ? undefined : JSON.parse(text), id }
}

describe('the checker', () => {
  let shop: SinfulShop
  const visits: Visit[] = []
  afterEach(() => {
    shop.close()
    for (const { browser } of visits.splice(0)) browser.close()
  })

  async function come(user: string): Promise<Visit> {
    const visit = new Visit(user)
    visits.push(visit)
    await visit.set(shop, 'item')
    await visit.logIn(shop)
    return visit
  }

  /** Two users, of whom the second one does everything after the shop has turned to sin. */
  async function kindsFoundIn(sin: Sin): Promise<Set<string>> {
    shop = await new SinfulShop().open()
    const visit = await come('ann')
    const other = await come('ben')
    shop.sin(sin)
    await other.set(shop, 'name1')
    await other.increment(shop)
    await visit.logOut(shop)
    return new Set((await findingsOf(visits, [shop], false)).map(({ kind }) => kind))
  }

  test('finds nothing where everything is right', async () => {
    expect(await kindsFoundIn('nothing')).toEqual(new Set())
  })

  test.each([
    ['forgets writes', 'lost write'],
    ['counts twice', 'double increment'],
    ['shares sessions', 'foreign session'],
    ['revives', 'revived log-out'],
  ] as const)('of a shop that %s it finds a %s', async (sin, kind) => {
    expect(await kindsFoundIn(sin)).toContain(kind)
  })

  test('names the visit, whose story says what was done', async () => {
    await kindsFoundIn('forgets writes')
    const [finding] = await findingsOf(visits, [shop], false)
    expect(finding?.visit.user).toBe('ben')
    expect(finding?.visit.story.join('\n')).toMatch(/set name1 to turn 2: 204/)
  })

  test('what a user is shown while it goes on is noticed as well, also if it is right in the end', async () => {
    shop = await new SinfulShop().open()
    await come('ann')
    const ben = await come('ben')
    shop.sin('shares sessions')
    await ben.look(shop)
    shop.sin('nothing')
    expect((await findingsOf(visits, [shop], false)).map(({ kind }) => kind)).toEqual(['foreign session'])
  })

  test('a worker that has a stale copy is asked again, where there may be copies', async () => {
    shop = await new SinfulShop().open()
    await come('ann')
    const ben = await come('ben')
    await ben.increment(shop)
    shop.sin('shares sessions')
    const looking = findingsOf([ben], [shop], true)
    setTimeout(() => shop.sin('nothing'), 700)
    expect(await looking).toEqual([])
  })
})
