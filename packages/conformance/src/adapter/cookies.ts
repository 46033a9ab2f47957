import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import type { Behaviour } from '../suite.ts'
import { SECRET } from './adapter-stand.ts'
import type { AdapterStand, StandWorker } from './adapter-stand.ts'
import { Visitor } from './visitor.ts'

const OTHER_SECRET = 'another secret of the proof kit, also long'

/** The cookie of the session that the browser has, as `[name, value]`. */
function cookieOf(visitor: Visitor): readonly [string, string] {
  const [cookie] = visitor.cookies
  ok(cookie, 'Expected the browser to have a cookie')
  return cookie
}

/** What a request with this `Cookie` header reads as the user. */
async function userBy(stand: AdapterStand, worker: StandWorker, cookie: string): Promise<unknown> {
  const { status, json } = await stand.visit(
    worker,
    async ({ session }) => Reflect.get(session, 'user') ?? null,
    { headers: { cookie } },
    new Visitor(),
  )
  equal(status, 200)
  return json
}

export const cookies: Behaviour<AdapterStand> = {
  name: 'cookies',
  cases: {
    'the cookie is out of reach of scripts, for the whole site, and until the browser closes': async (stand) => {
      const { setCookies } = await stand.set(await stand.worker(), 'user', 'ann')
      const [line = ''] = setCookies
      match(line, /; Path=\//)
      match(line, /; HttpOnly/)
      ok(!/expires|max-age|domain/i.test(line))
    },

    'a cookie that we did not sign is none, and the store is not asked': async (stand) => {
      const worker = await stand.worker()
      await stand.set(worker, 'user', 'ann')
      const [name, value] = cookieOf(stand.visitor)
      const { loads } = stand.store
      const forged = [
        value.slice(0, -1) + (value.endsWith('A') ? 'B' : 'A'),
        `${value}x`,
        value.slice(0, value.lastIndexOf('.')),
        '',
        's%3A',
        's%3A.',
        '%',
        '%E0%A4%A',
        'x'.repeat(4096),
        '__proto__',
        '"; HttpOnly',
      ]
      for (const bad of forged) equal(await userBy(stand, worker, `${name}=${bad}`), null)
      equal(stand.store.loads, loads)
      equal(await userBy(stand, worker, `${name}=${value}`), 'ann')
    },

    'of several cookies of our name the first that we signed counts': async (stand) => {
      const worker = await stand.worker()
      await stand.set(worker, 'user', 'ann')
      const [name, value] = cookieOf(stand.visitor)
      const other = new Visitor()
      await stand.set(worker, 'user', 'bob', other)
      const [, second] = cookieOf(other)
      equal(await userBy(stand, worker, `${name}=garbage; a=b; ${name}=${value}; ${name}=${second}`), 'ann')
      equal(await userBy(stand, worker, `${name}=; ${name}=${second}; ${name}=${value}`), 'bob')
      equal(await userBy(stand, worker, `${name}=${value}; ${name}=${value}`), 'ann')
    },

    'an id that we signed, but that nobody has, is not adopted': async (stand) => {
      const worker = await stand.worker()
      await stand.set(worker, 'user', 'ann')
      const before = await stand.id(worker)
      await stand.store.forget(String(before))
      const { setCookies } = await stand.set(worker, 'user', 'bob')
      equal(setCookies.length, 1)
      notEqual(await stand.id(worker), before)
    },

    'an id in the address is not looked at': async (stand) => {
      const worker = await stand.worker()
      await stand.set(worker, 'user', 'ann')
      const [name, value] = cookieOf(stand.visitor)
      const path = stand.route(worker, async ({ session }) => Reflect.get(session, 'user') ?? null)
      const { json } = await new Visitor().send(`${worker.origin}${path}?${name}=${value}&jsessionid=${value}`)
      equal(json, null)
    },

    'cookies of the application stay beside ours': async (stand) => {
      const worker = await stand.worker()
      const { setCookies } = await stand.visit(worker, async (visit) => {
        visit.setCookie('first', '1')
        Reflect.set(visit.session, 'user', 'ann')
        visit.setCookie('second', '2')
      })
      equal(setCookies.length, 3)
      ok(setCookies.some((line) => line.startsWith('first=1')))
      ok(setCookies.some((line) => line.startsWith('second=2')))
      deepEqual(await stand.read(worker, ['user']), ['ann'])
    },

    'a cookie of an older secret is good, and is written again with the new one': async (stand) => {
      const old = await stand.worker()
      await stand.set(old, 'user', 'ann')
      const id = await stand.id(old)
      const rotated = await stand.worker({ secret: [OTHER_SECRET, SECRET] })
      const first = await stand.visit(rotated, async ({ session }) => Reflect.get(session, 'user'))
      deepEqual([first.json, first.setCookies.length], ['ann', 1])
      const second = await stand.visit(rotated, async ({ session }) => Reflect.get(session, 'user'))
      deepEqual([second.json, second.setCookies], ['ann', []])
      equal(await stand.id(await stand.worker({ secret: OTHER_SECRET })), id)
    },

    'a cookie of a secret that is no more is none': async (stand) => {
      await stand.set(await stand.worker(), 'user', 'ann')
      deepEqual(await stand.read(await stand.worker({ secret: OTHER_SECRET }), ['user']), [null])
    },
  },
}
