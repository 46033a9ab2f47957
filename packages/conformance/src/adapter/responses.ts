import { deepEqual, equal, ok } from 'node:assert/strict'
import { Readable } from 'node:stream'
import { eventually, soon } from '../expectation.ts'
import type { Behaviour } from '../suite.ts'
import type { Visit, VisitAnswer } from './adapter-harness.ts'
import type { AdapterStand } from './adapter-stand.ts'

/** Ms that a call to the store takes, which an answer that does not wait for it would not. */
const SLOW = 40

function setUser({ session }: Visit): void {
  Reflect.set(session, 'user', 'ann')
}

/** Expects that an answer has come with the cookie, and that what it saved is in the store by then. */
async function expectSaved(stand: AdapterStand, answer: (visit: Visit) => Promise<unknown>, method = 'GET') {
  const [first, second] = await stand.pair()
  stand.store.delay = SLOW
  const path = stand.route(first, async (visit) => {
    setUser(visit)
    return answer(visit)
  })
  const answered = await soon('an answer', stand.visitor.send(first.origin + path, { method }))
  equal(answered.setCookies.length, 1)
  deepEqual(await stand.read(second, ['user']), ['ann'])
  return answered
}

export const responses: Behaviour<AdapterStand> = {
  name: 'responses',
  cases: {
    JSON: async (stand) => {
      const { status, json } = await expectSaved(stand, async () => ({ a: 1 }))
      deepEqual([status, json], [200, { a: 1 }])
    },

    HEAD: async (stand) => {
      const { status, text } = await expectSaved(stand, async () => ({ a: 1 }), 'HEAD')
      deepEqual([status, text], [200, ''])
    },

    '204': async (stand) => {
      const { status, text } = await expectSaved(stand, async (): Promise<VisitAnswer> => ({
        kind: 'empty',
        status: 204,
      }))
      deepEqual([status, text], [204, ''])
    },

    '304': async (stand) => {
      const { status } = await expectSaved(stand, async (): Promise<VisitAnswer> => ({ kind: 'empty', status: 304 }))
      equal(status, 304)
    },

    'a redirect': async (stand) => {
      const { status, headers } = await expectSaved(stand, async (): Promise<VisitAnswer> => ({
        kind: 'redirect',
        to: '/elsewhere',
      }))
      deepEqual([Math.trunc(status / 100), headers.get('location')], [3, '/elsewhere'])
    },

    'a stream': async (stand) => {
      const { text } = await expectSaved(stand, async (): Promise<VisitAnswer> => ({
        kind: 'stream',
        body: Readable.from(['one ', 'two ', 'three']),
      }))
      equal(text, 'one two three')
    },

    'a stream that fails while the answer waits': async (stand) => {
      const [first] = await stand.pair()
      stand.store.delay = 4 * SLOW
      const visit = stand.visit(first, async (visited): Promise<VisitAnswer> => {
        setUser(visited)
        async function* body() {
          yield 'one '
          await new Promise((resolve) => setImmediate(resolve))
          throw new Error('The source of this test fails.')
        }
        return { kind: 'stream', body: Readable.from(body()) }
      })
      const outcome = await visit.then(
        ({ status, text }) => `${status} ${text}`,
        () => 'broken off',
      )
      ok(outcome === 'broken off' || outcome.startsWith('5'), `a whole answer: ${outcome}`)
    },

    'a stream that changes the session while it runs': async (stand) => {
      const [first, second] = await stand.pair()
      await stand.set(first, 'user', 'ann')
      stand.store.delay = SLOW
      const { text } = await stand.visit(first, async ({ session }): Promise<VisitAnswer> => {
        async function* body() {
          yield 'one '
          await Promise.resolve()
          Reflect.set(session, 'late', true)
          yield 'two'
        }
        return { kind: 'stream', body: Readable.from(body()) }
      })
      equal(text, 'one two')
      deepEqual(await stand.read(second, ['user', 'late']), ['ann', true])
    },

    'writeHead with headers of its own': async (stand) => {
      const [first, second] = await stand.pair()
      stand.store.delay = SLOW
      const answer = await stand.visit(first, async (visit): Promise<VisitAnswer> => {
        setUser(visit)
        visit.res.writeHead(201, { 'Set-Cookie': ['own=1', 'other=2'], 'X-Own': 'yes' })
        visit.res.end('written')
        return { kind: 'raw' }
      })
      deepEqual([answer.status, answer.text, answer.headers.get('x-own')], [201, 'written', 'yes'])
      equal(answer.setCookies.length, 3)
      deepEqual(await stand.read(second, ['user']), ['ann'])
    },

    'pieces that are written one by one': async (stand) => {
      const { text } = await expectSaved(stand, async ({ res }): Promise<VisitAnswer> => {
        res.write('one ')
        res.write('two ')
        setImmediate(() => res.end('three'))
        return { kind: 'raw' }
      })
      equal(text, 'one two three')
    },

    'whoever ends a response is called back': async (stand) => {
      const worker = await stand.worker()
      let isCalled = false
      await stand.visit(worker, async (visit): Promise<VisitAnswer> => {
        setUser(visit)
        visit.res.end('over', () => {
          isCalled = true
        })
        return { kind: 'raw' }
      })
      await eventually('the callback', () => isCalled)
    },

    'a handler that throws keeps the session that it began': async (stand) => {
      const worker = await stand.worker()
      const { status, setCookies } = await stand.visit(worker, async (visit) => {
        setUser(visit)
        throw new Error('The handler of this case throws.')
      })
      deepEqual([status, setCookies.length], [500, 1])
      deepEqual(await stand.read(worker, ['user']), ['ann'])
    },

    'a request that the browser gave up is saved all the same': async (stand) => {
      const worker = await stand.worker()
      await stand.set(worker, 'user', 'ann')
      const giveUp = new AbortController()
      let answer: () => void = () => {}
      const mayAnswer = new Promise<void>((resolve) => {
        answer = resolve
      })
      const path = stand.route(worker, async ({ session }) => {
        Reflect.set(session, 'saved', 'yes')
        giveUp.abort()
        await mayAnswer
      })
      const outcome = await stand.visitor.send(worker.origin + path, { signal: giveUp.signal }).catch(() => 'given up')
      equal(outcome, 'given up')
      answer()
      await eventually('it is saved', async () => (await stand.read(worker, ['saved']))[0] === 'yes')
    },

    'a request with a body keeps it': async (stand) => {
      const worker = await stand.worker()
      await stand.set(worker, 'user', 'ann')
      const { json } = await stand.visit(
        worker,
        async ({ method, body, session }) => [method, await body(), Reflect.get(session, 'user')],
        { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' },
      )
      deepEqual(json, ['POST', { a: 1 }, 'ann'])
    },

    'many answers at once, each with its own session': async (stand) => {
      const worker = await stand.worker()
      stand.store.delay = SLOW
      const visitors = Array.from({ length: 12 }, () => stand.visitor.clone())
      await Promise.all(visitors.map((visitor, index) => stand.set(worker, 'number', index, visitor)))
      const numbers = await Promise.all(visitors.map((visitor) => stand.read(worker, ['number'], visitor)))
      deepEqual(
        numbers.flat(),
        visitors.map((_, index) => index),
      )
      ok(new Set(visitors.map(({ header }) => header)).size === visitors.length)
    },
  },
}
