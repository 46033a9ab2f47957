import { promisify } from 'node:util'
import { MemoryRecordStore } from '@hazelcast-session/core'
import session from 'express-session'
import { describe, expect, test } from 'vitest'
import { EXPRESS_VERSIONS } from '../../support/express-versions.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { signal } from '../../support/signal.ts'
import type { Visit } from '../../support/test-worker.ts'
import { ANSWERED } from '../support/middleware-worker.ts'
import { answersOfBoth } from '../support/side-by-side.ts'
import type { Seen, Site } from '../support/side-by-side.ts'

const change: Visit = (req) => (req.session.count = (req.session.count ?? 0) + 1)
const read: Visit = (req) => req.session?.count ?? null
const touchNothing: Visit = () => 'served'
const destroy: Visit = (req) => promisify<void>((done) => req.session.destroy(done))()

function texts(answers: readonly Seen[]): string[] {
  return answers.map(({ text }) => text)
}

function statuses(answers: readonly Seen[]): number[] {
  return answers.map(({ status }) => status)
}

/** The library's store, which counts, can be slow, and can be away. */
class ObservedStore extends session.MemoryStore {
  isDown = false
  /** When a write is done. */
  until: Promise<void> = Promise.resolve()
  writes = 0
  touches = 0

  override get(sid: string, callback: Parameters<session.Store['get']>[1]): void {
    if (this.isDown) callback(new Error('away'))
    else super.get(sid, callback)
  }

  override set(sid: string, data: session.SessionData, callback?: (error?: unknown) => void): void {
    this.writes++
    if (this.isDown) callback?.(new Error('away'))
    else void this.until.then(() => super.set(sid, data, callback))
  }

  override touch(sid: string, data: session.SessionData, callback?: () => void): void {
    this.touches++
    super.touch(sid, data, callback)
  }

  override destroy(sid: string, callback?: (error?: unknown) => void): void {
    if (this.isDown) callback?.(new Error('away'))
    else super.destroy(sid, callback)
  }
}

function observedStores(): { readonly library: ObservedStore; readonly ours: ObservedRecordStore } {
  return { library: new ObservedStore(), ours: new ObservedRecordStore() }
}

/** Takes them away, and back. */
function setDown(stores: ReturnType<typeof observedStores>, isDown: boolean): void {
  for (const store of Object.values(stores)) store.isDown = isDown
}

// Each title begins with a row of the table in the README.
describe.each(EXPRESS_VERSIONS)('with %s, other than with express-session on purpose', (_name, express) => {
  test('the answer: a redirect finds its data', async () => {
    const library = new ObservedStore()
    const ours = new MemoryRecordStore()
    const slowly = ours.replace.bind(ours)
    ours.replace = async (...args) => {
      await new Promise((resolve) => setTimeout(resolve, 100))
      return slowly(...args)
    }
    const answers = await answersOfBoth({ express, stores: { library, ours } }, {}, async (site) => {
      await site.visit(change)
      // The library's answer leaves before its store has done anything.
      const arrived = signal()
      library.until = arrived.given
      const target = site.route((req) => {
        arrived.give()
        return req.session.count
      })
      const changeAndRedirect: Visit = (req, res) => {
        req.session.count = 2
        res.redirect(303, target)
        return ANSWERED
      }
      await site.visit(changeAndRedirect, { redirect: 'follow' })
    })
    expect(texts(answers.library)).toEqual(['1', '1'])
    expect(texts(answers.ours)).toEqual(['1', '2'])
  })

  test('the answer: it waits for a `destroy` that nobody waited for', async () => {
    const { ours } = await answersOfBoth({ express }, {}, async (site) => {
      await site.visit(change)
      const { cookie } = site
      await site.visit((req, res) => {
        req.session.destroy(() => {})
        res.redirect('/')
        return ANSWERED
      })
      site.cookie = cookie
      await site.visit(read)
    })
    expect(texts(ours).at(-1)).toBe('null')
  })

  test('a save, or a `destroy`, that fails: is a 503, but where the answer promises nothing', async () => {
    const stores = observedStores()
    const { ours, library } = await answersOfBoth({ express, stores }, { unset: 'destroy' }, async (site) => {
      setDown(stores, false)
      await site.visit(change)
      const whileDown = (act: Visit): Promise<Seen> =>
        site.visit(async (req, res) => {
          await act(req, res)
          setDown(stores, true)
        })
      const acts: readonly Visit[] = [
        change,
        (req) => Reflect.set(req, 'session', null),
        (req, res) => (change(req, res), res.status(500)),
      ]
      for (const act of acts) {
        await whileDown(act)
        setDown(stores, false)
      }
    })
    expect(statuses(library)).toEqual([200, 200, 200, 500])
    expect(statuses(ours)).toEqual([200, 503, 503, 500])
  })

  test('a load that fails: fails who asks for the session', async () => {
    const stores = observedStores()
    const { ours, library } = await answersOfBoth({ express, stores }, {}, async (site) => {
      setDown(stores, false)
      await site.visit(change)
      setDown(stores, true)
      await site.visit(touchNothing)
      await site.visit(read)
    })
    expect(statuses(library)).toEqual([200, 500, 500])
    expect(statuses(ours)).toEqual([200, 200, 503])
  })

  test('a session that ended: stays ended, whoever saves it late', async () => {
    const { ours, library } = await answersOfBoth({ express }, {}, async (site) => {
      await site.visit(change)
      const { cookie } = site
      await site.visit(async (req, res) => {
        await site.visit(destroy)
        return change(req, res)
      })
      site.cookie = cookie
      await site.visit(read)
    })
    expect(texts(library).at(-1)).toBe('2')
    expect(texts(ours).at(-1)).toBe('null')
  })

  test('two requests change one session: and keep what both have changed', async () => {
    const { ours, library } = await answersOfBoth({ express }, {}, async (site) => {
      await site.visit(change)
      await site.visit(async (req) => {
        req.session.theme = 'dark'
        await site.visit(change)
      })
      await site.visit((req) => [req.session.count, req.session.theme])
    })
    expect(texts(library).at(-1)).toBe('[1,"dark"]')
    expect(texts(ours).at(-1)).toBe('[2,"dark"]')
  })

  test('a request that changes nothing; `resave`: writes nothing, and touches seldom', async () => {
    const figures = []
    for (const resave of [true, false]) {
      const stores = observedStores()
      await answersOfBoth({ express, stores }, { resave }, async (site: Site) => {
        await site.visit(change)
        for (let turn = 0; turn < 3; turn++) await site.visit((req) => (req.session.count = 1))
      })
      const { library, ours } = stores
      figures.push({ resave, library: [library.writes, library.touches], ours: ours.writes })
    }
    expect(figures).toEqual([
      { resave: true, library: [4, 0], ours: 1 },
      { resave: false, library: [1, 3], ours: 1 },
    ])
  })

  test('a change with the cookie of a session just ended, for 30 s: is refused, without a cookie', async () => {
    const { ours, library } = await answersOfBoth({ express }, {}, async (site) => {
      await site.visit(change)
      const { cookie } = site
      await site.visit(destroy)
      site.cookie = cookie
      await site.visit(read)
      await site.visit(change)
      site.pass(31_000)
      await site.visit(change)
    })
    expect(statuses(library)).toEqual([200, 200, 200, 200, 200])
    expect(statuses(ours)).toEqual([200, 200, 200, 409, 200])
    expect(ours[3]).toMatchObject({ setCookie: [], text: expect.stringContaining('SESSION_ENDED') })
  })

  test('a max age that has passed: is noticed a few seconds late', async () => {
    const { ours, library } = await answersOfBoth({ express }, { cookie: { maxAge: 60_000 } }, async (site) => {
      await site.visit(change)
      for (const ms of [60_001, 70_000]) {
        site.pass(ms)
        await site.visit(read)
      }
    })
    expect(texts(library)).toEqual(['1', 'null', 'null'])
    expect(texts(ours)).toEqual(['1', '1', 'null'])
  })

  test('store events `disconnect`, `connect`: take no session away, and are never emitted', async () => {
    const stores = observedStores()
    const heard: string[] = []
    const { ours, library } = await answersOfBoth({ express, stores }, {}, async (site) => {
      heard.length = 0
      setDown(stores, false)
      await site.visit(change)
      await site.visit((req) => {
        for (const name of ['disconnect', 'connect']) req.sessionStore.on(name, () => heard.push(name))
        req.sessionStore.emit('disconnect')
      })
      await site.visit(read)
      setDown(stores, true)
      await site.visit(change)
    })
    expect(texts(library)[2]).toBe('null')
    expect(texts(ours)[2]).toBe('1')
    expect(statuses(ours).at(-1)).toBe(503)
    expect(heard).toEqual(['disconnect'])
  })
})
