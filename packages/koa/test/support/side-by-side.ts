import { MemoryRecordStore } from '@hazelcast-session/core'
import koaSession from 'koa-session'
import type Koa from 'koa'
import { expect, onTestFinished, vi } from 'vitest'
import { HazelcastStore, hazelcastSession } from '../../src/index.ts'
import type { HazelcastSessionOptions } from '../../src/index.ts'
import { Browser } from './browser.ts'
import { SECRET } from './store-worker.ts'
import { silentLogger, visitedApp } from './visited-app.ts'
import type { Visit, VisitedAppSettings } from './visited-app.ts'

/** What the two are compared by. */
export interface Seen {
  readonly status: number
  /** With the flags in lower case, and in the order of the alphabet: the two write them differently. */
  readonly setCookie: readonly string[]
  readonly location: string | null
  readonly text: string
}

export type BothOptions = Pick<
  HazelcastSessionOptions,
  | 'key'
  | 'maxAge'
  | 'rolling'
  | 'renew'
  | 'autoCommit'
  | 'genid'
  | 'prefix'
  | 'valid'
  | 'beforeSave'
  | 'httpOnly'
  | 'secure'
  | 'sameSite'
  | 'domain'
  | 'path'
  | 'overwrite'
  | 'signed'
  | 'priority'
  | 'partitioned'
>

/** One of the two, with a browser that keeps its cookies. */
interface Site {
  readonly app: Koa
  readonly browser: Browser
  /** Runs `visit` as a request of the browser. */
  readonly visit: (visit: Visit, request?: RequestInit) => Promise<Seen>
  /** Lets the clock of everything go on. */
  readonly pass: (ms: number) => void
}

export interface Both {
  readonly library: readonly Seen[]
  readonly ours: readonly Seen[]
}

type Script = (site: Site) => Promise<unknown>
type Maker = (options: BothOptions) => (app: Koa) => Koa.Middleware

/** Runs `script` with koa-session on a store in memory, and with ours. */
export async function answersOfBoth(
  options: BothOptions,
  script: Script,
  parts: VisitedAppSettings = {},
): Promise<Both> {
  return { library: await run(library, options, script, parts), ours: await run(ours, options, script, parts) }
}

/** As `answersOfBoth`; the answers must be the same. */
export async function expectSame(
  options: BothOptions,
  script: Script,
  parts?: VisitedAppSettings,
): Promise<readonly Seen[]> {
  const both = await answersOfBoth(options, script, parts)
  expect(both.ours).toEqual(both.library)
  return both.ours
}

const library: Maker = (options) => {
  const kept = new Map<string, string>()
  const store = new HazelcastStore({ recordStore: new MemoryRecordStore(), logger: silentLogger })
  const { key, signed, externalKey } = store.sharedCookie({ secret: SECRET, key: options.key })
  const map = {
    get: async (id: string): Promise<unknown> => (kept.has(id) ? JSON.parse(kept.get(id) ?? '') : undefined),
    set: async (id: string, data: unknown) => void kept.set(id, JSON.stringify(data)),
    destroy: async (id: string) => void kept.delete(id),
  }
  // What ours takes, the library's types do not always: `domain` and `priority`, for example.
  const given = { ...options, store: map, key, signed, externalKey }
  return (app) => Reflect.apply(koaSession, undefined, [given, app])
}

const ours: Maker = (options) => {
  const sessions = hazelcastSession({
    secret: SECRET,
    sticky: false,
    recordStore: new MemoryRecordStore(),
    logger: silentLogger,
    ...options,
  })
  onTestFinished(() => sessions.manager.close())
  return () => sessions
}

async function run(
  make: Maker,
  options: BothOptions,
  script: Script,
  parts: VisitedAppSettings,
): Promise<readonly Seen[]> {
  const seen: Seen[] = []
  let ids = 0
  const genid = options.prefix === undefined ? { genid: () => `id-${++ids}` } : {}
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2027, 0, 1) })
  try {
    const site = await visitedApp(make({ ...genid, ...options }), parts)
    const browser = new Browser()
    const visit: Site['visit'] = async (code, request) => {
      // Ids that nobody heard of were not made by all.
      ids = 100 * (seen.length + 1)
      const { status, setCookie, headers, text } = await browser.get(site.url + site.route(code), request)
      const answer = { status, setCookie: setCookie.map(plain), location: headers.get('location'), text }
      seen.push(answer)
      return answer
    }
    await script({ app: site.app, browser, visit, pass: (ms) => vi.setSystemTime(Date.now() + ms) })
    return seen
  } finally {
    vi.useRealTimers()
  }
}

function plain(cookie: string): string {
  const [pair = '', ...flags] = cookie.split('; ')
  return [pair, ...flags.map((flag) => flag.toLowerCase()).toSorted((a, b) => a.localeCompare(b))].join('; ')
}
