import { MemoryRecordStore } from '@hazelcast-session/core'
import type { Request } from 'express'
import session from 'express-session'
import type { CookieOptions, SessionOptions } from 'express-session'
import { expect, test } from 'vitest'
import { HazelcastStore } from '../src/index.ts'
import { Browser } from './support/browser.ts'
import { silentLogger, startWorker } from './support/test-worker.ts'
import type { Visit } from './support/test-worker.ts'

const HOUR = 3_600_000

/** One browser's way through an application; each step is a request. */
const STEPS: readonly Visit[] = [
  (req) => void req.session.id,
  (req) => void (req.session.count = 1),
  (req) => void req.session.count,
  (req) => void (req.session.count = 2),
  (req) => void (req.session.cookie.maxAge = 2 * HOUR),
  (req) => void (req.session.count = 3),
  (req) => void (req.session.cookie.expires = new Date(Date.now() + 3 * HOUR)),
  (req) => void (req.session.count = 4),
  (req, res) => {
    res.setHeader('Set-Cookie', 'other=1; Path=/')
    req.session.count = 5
  },
  (req) => void (req.session.cookie.expires = null),
  (req) => void (req.session.count = 6),
  (req) => void (req.session.cookie.maxAge = HOUR),
  (req) => void (req.session.count = 7),
]

const COOKIES: Readonly<Record<string, CookieOptions | ((req: Request) => CookieOptions)>> = {
  'no options': {},
  'a max age': { maxAge: HOUR },
  'every flag': {
    maxAge: HOUR,
    httpOnly: false,
    sameSite: 'none',
    priority: 'low',
    partitioned: true,
    domain: 'a.test',
  },
  'sameSite true': { sameSite: true, secure: false },
  'secure over plain HTTP': { secure: true },
  'secure auto': { secure: 'auto', maxAge: HOUR },
  'a path': { path: '/visit' },
  'another path': { path: '/elsewhere' },
  'a function': (req) => ({ maxAge: HOUR, sameSite: req.get('host') ? 'strict' : 'lax' }),
}

const OPTIONS: Readonly<Record<string, SessionOptions>> = {
  'as we advise': { secret: 'a', resave: false, saveUninitialized: false },
  'as in old tutorials': { secret: ['a', 'b'], resave: true, saveUninitialized: true },
  rolling: { secret: 'a', resave: false, saveUninitialized: false, rolling: true },
}

/** The cookies of every step; times only by the minute, since two runs are never at the same moment. */
async function cookiesOf(
  store: session.Store,
  options: SessionOptions,
  cookie: SessionOptions['cookie'],
): Promise<string[]> {
  let ids = 0
  const genid = (): string => `id-${ids++}`
  const worker = await startWorker({ store: store as HazelcastStore, session: { ...options, genid, cookie } })
  const browser = new Browser()
  const seen: string[] = []
  for (const step of STEPS) {
    const { headers } = await browser.visit(worker, step)
    seen.push(
      headers
        .getSetCookie()
        .join(' + ')
        .replaceAll(/Expires=([^;]+)/g, (_, at: string) => `Expires=${inMinutes(at)}`),
    )
  }
  return seen
}

function inMinutes(at: string): string {
  return `${Math.round((Date.parse(at) - Date.now()) / 60_000)} minutes`
}

/** Both stores make the same ids, but for those that the session middleware of the other one makes for nothing. */
function withoutIds(cookies: readonly string[]): string[] {
  const names: string[] = []
  return cookies.map((text) =>
    text.replaceAll(/=s%3A([^;]+)/g, (_, value: string) => {
      if (!names.includes(value)) names.push(value)
      return `=session ${names.indexOf(value)}`
    }),
  )
}

const CASES = Object.entries(OPTIONS).flatMap(([named, options]) =>
  Object.entries(COOKIES).map(([flags, cookie]) => ({ named, options, flags, cookie })),
)

test.each(CASES)("cookies are those of the library's own store, $named, $flags", async ({ options, cookie }) => {
  const store = new HazelcastStore({ recordStore: new MemoryRecordStore(), logger: silentLogger })
  const ours = await cookiesOf(store, options, cookie)
  await store.close()
  const theirs = await cookiesOf(new session.MemoryStore(), options, cookie)
  expect(withoutIds(ours)).toEqual(withoutIds(theirs))
})
