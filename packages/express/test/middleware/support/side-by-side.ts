import { MemoryRecordStore } from '@hazelcast-session/core'
import type { RecordStore } from '@hazelcast-session/core'
import type express from 'express'
import type { Request, RequestHandler } from 'express'
import session from 'express-session'
import { expect, onTestFinished, vi } from 'vitest'
import { hazelcastSession } from '../../../src/index.ts'
import type { HazelcastSessionOptions } from '../../../src/index.ts'
import { listen, silentLogger } from '../../support/test-worker.ts'
import type { Visit } from '../../support/test-worker.ts'
import { SECRET, visitedApp } from './middleware-worker.ts'
import type { VisitedAppSettings } from './middleware-worker.ts'

/** What the two are compared by. */
export interface Seen {
  readonly status: number
  readonly setCookie: readonly string[]
  readonly location: string | null
  readonly text: string
}

export type BothOptions = Partial<Omit<session.SessionOptions, 'store' | 'secret'>> &
  Pick<HazelcastSessionOptions, 'name' | 'sticky' | 'workerName'> & { readonly secret?: string | string[] }

/** One of the two, with a browser that keeps its cookies. */
export interface Site {
  /** Runs `visit` as a request of the browser. */
  visit(visit: Visit, request?: RequestInit & { readonly under?: string }): Promise<Seen>
  /** Makes `visit` a route, for a redirect to it. */
  route(visit: Visit): string
  /** Lets the clock of everything go on. */
  pass(ms: number): void
  cookie: string | undefined
}

export interface Setting extends Pick<VisitedAppSettings, 'before' | 'behind' | 'onError'> {
  readonly express: typeof express
  /** Options that neither of the two gets, although all other tests give them. */
  readonly without?: 'secret' | 'genid'
  /** Where each of the two keeps its sessions. @default in memory */
  readonly stores?: { readonly library: session.Store; readonly ours: RecordStore }
}

/** Runs `script` with express-session on its `MemoryStore`, and with ours. The answers must be the same, to the byte. */
export async function expectSame(
  setting: Setting,
  options: BothOptions,
  script: (site: Site) => Promise<unknown>,
): Promise<readonly Seen[]> {
  const library = await run(setting, options, script, librarySession)
  const ours = await run(setting, options, script, ourSession)
  expect(ours).toEqual(library)
  return ours
}

/** What each of the two answers where they differ on purpose. */
export async function answersOfBoth(
  setting: Setting,
  options: BothOptions,
  script: (site: Site) => Promise<unknown>,
): Promise<{ readonly library: readonly Seen[]; readonly ours: readonly Seen[] }> {
  return {
    library: await run(setting, options, script, librarySession),
    ours: await run(setting, options, script, ourSession),
  }
}

/** What the library answers where ours does not start. */
export function libraryAnswers(
  setting: Setting,
  options: BothOptions,
  script: (site: Site) => Promise<unknown>,
): Promise<readonly Seen[]> {
  return run(setting, options, script, librarySession)
}

/** What ours answers where the library gives no answer at all. */
export function ourAnswers(
  setting: Setting,
  options: BothOptions,
  script: (site: Site) => Promise<unknown>,
): Promise<readonly Seen[]> {
  return run(setting, options, script, ourSession)
}

type Maker = (options: BothOptions, setting: Setting) => RequestHandler

const librarySession: Maker = (options, setting) =>
  session(
    lessOne(setting, {
      secret: SECRET,
      resave: false,
      saveUninitialized: false,
      ...(setting.stores && { store: setting.stores.library }),
      ...options,
    }),
  )

const ourSession: Maker = (options, setting) => {
  const sessions = hazelcastSession(
    lessOne(setting, {
      secret: SECRET,
      saveUninitialized: false,
      sticky: false,
      recordStore: setting.stores?.ours ?? new MemoryRecordStore(),
      logger: silentLogger,
      ...options,
    }),
  )
  onTestFinished(() => sessions.manager.close())
  return sessions
}

function lessOne<T extends object>({ without }: Setting, options: T): T {
  const rest = { ...options }
  if (without !== undefined) Reflect.deleteProperty(rest, without)
  return rest
}

async function run(
  setting: Setting,
  options: BothOptions,
  script: (site: Site) => Promise<unknown>,
  make: Maker,
): Promise<readonly Seen[]> {
  const seen: Seen[] = []
  let visits = 0
  let ids = 0
  const genid = (_req: Request): string => `id-${visits}-${++ids}`
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) })
  try {
    const { app, route } = visitedApp({ ...setting, session: make({ genid, ...options }, setting) })
    const url = await listen(app)
    const site: Site = {
      cookie: undefined,
      route,
      pass: (ms) => vi.setSystemTime(Date.now() + ms),
      visit: async (visit, { under = '', ...request } = {}) => {
        visits++
        ids = 0
        const cookies = site.cookie === undefined ? {} : { cookie: site.cookie }
        const headers = { ...cookies, ...Object.fromEntries(new Headers(request.headers)) }
        const response = await fetch(url + under + route(visit), { redirect: 'manual', ...request, headers })
        const setCookie = response.headers.getSetCookie()
        const ofSession = setCookie.find((value) => value.includes('=s%3A'))
        if (ofSession !== undefined) site.cookie = ofSession.slice(0, ofSession.indexOf(';'))
        const { status } = response
        const answer = { status, setCookie, location: response.headers.get('location'), text: await response.text() }
        seen.push(answer)
        return answer
      },
    }
    await script(site)
    return seen
  } finally {
    vi.useRealTimers()
  }
}
