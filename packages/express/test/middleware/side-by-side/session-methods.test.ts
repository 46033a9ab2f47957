import { promisify } from 'node:util'
import type { Request } from 'express'
import session from 'express-session'
import { describe, expect, test } from 'vitest'
import { EXPRESS_VERSIONS } from '../../support/express-versions.ts'
import type { Visit } from '../../support/test-worker.ts'
import { ANSWERED } from '../support/middleware-worker.ts'
import { expectSame } from '../support/side-by-side.ts'

const change: Visit = (req) => (req.session.count = (req.session.count ?? 0) + 1)
const read: Visit = (req) => [req.session.count ?? null, req.session.user ?? null, req.session.cart ?? null]

function done(req: Request, method: 'regenerate' | 'destroy' | 'reload' | 'save'): Promise<void> {
  return promisify<void>((callback) => req.session[method](callback))()
}

describe.each(EXPRESS_VERSIONS)('with %s, as with express-session', (_name, express) => {
  test('data are kept: nested ones, and every JSON value', async () => {
    await expectSame({ express }, {}, async (site) => {
      await site.visit((req) => {
        req.session.cart = { items: ['tea'] }
        Object.assign(req.session, { yes: true, no: null, text: 'ü "quoted"', date: new Date(0), gone: undefined })
      })
      await site.visit((req) => req.session.cart?.items.push('bread'))
      await site.visit((req) => {
        delete req.session.cart
      })
      await site.visit((req) => Object.entries(req.session))
    })
  })

  test('only data, and the cookie, are enumerable', async () => {
    await expectSame({ express }, { cookie: { maxAge: 5000 } }, async (site) => {
      for (const visit of [change, change]) {
        await site.visit(visit)
        await site.visit((req) => {
          const names: string[] = []
          for (const name in req.session) names.push(name)
          return { names: names.toSorted(), keys: Object.keys(req.session).toSorted(), json: req.session.cookie }
        })
      }
    })
  })

  test('`req.session` is an instance of the library’s classes', async () => {
    await expectSame({ express }, {}, (site) =>
      site.visit((req) => [
        req.session instanceof Reflect.get(session, 'Session'),
        req.session.cookie instanceof session.Cookie,
        req.sessionStore instanceof session.Store,
        typeof req.session.id,
      ]),
    )
  })

  test('`regenerate` gives a new id and an empty session', async () => {
    await expectSame({ express }, { cookie: { maxAge: 5000 } }, async (site) => {
      await site.visit(change)
      await site.visit(async (req) => {
        const { id } = req.session
        await done(req, 'regenerate')
        return [req.session.id === id, req.sessionID === req.session.id, req.session.count ?? null]
      })
      await site.visit(read)
      await site.visit(async (req) => {
        await done(req, 'regenerate')
        req.session.user = 'ann'
      })
      await site.visit(read)
    })
  })

  test('`regenerate` of a new session', async () => {
    await expectSame({ express }, {}, async (site) => {
      await site.visit(async (req) => {
        await done(req, 'regenerate')
      })
      await site.visit(read)
    })
  })

  test('`destroy` of a session that was never stored sets no cookie', async () => {
    await expectSame({ express }, {}, (site) =>
      site.visit(async (req) => {
        await done(req, 'destroy')
        return typeof req.session
      }),
    )
  })

  test('`reload` shows what is stored', async () => {
    await expectSame({ express }, {}, async (site) => {
      await site.visit(change)
      await site.visit(async (req) => {
        req.session.count = 99
        await done(req, 'reload')
        return read(req, req.res!)
      })
      await site.visit(read)
      await site.visit(async (req) => {
        await done(req, 'reload')
        return change(req, req.res!)
      })
      await site.visit(read)
    })
  })

  test('`reload` of a session that is not stored fails', async () => {
    await expectSame({ express }, {}, (site) =>
      site.visit((req) => done(req, 'reload').catch((error: unknown) => String(error))),
    )
  })

  test('`save` stores the session at once', async () => {
    await expectSame({ express }, { cookie: { maxAge: 5000 } }, async (site) => {
      await site.visit(async (req) => {
        change(req, req.res!)
        await done(req, 'save')
        const stored = await promisify<string, unknown>((id, callback) => req.sessionStore.get(id, callback))(
          req.session.id,
        )
        return Reflect.get(Object(stored), 'count')
      })
      await site.visit(read)
      await site.visit(async (req) => {
        await done(req, 'save')
      })
    })
  })

  test('methods return the session', async () => {
    await expectSame({ express }, {}, (site) =>
      site.visit((req, res) => {
        const { session: before } = req
        const same = [before.touch() === before, before.resetMaxAge() === before]
        before.regenerate(() => res.json([...same, req.session === before]))
        return ANSWERED
      }),
    )
  })

  test('`touch` starts the max age anew', async () => {
    await expectSame({ express }, { cookie: { maxAge: 60_000 } }, async (site) => {
      await site.visit(change)
      await site.visit((req) => {
        site.pass(30_000)
        const left = req.session.cookie.maxAge
        req.session.touch()
        return [left, req.session.cookie.maxAge]
      })
    })
  })

  test('`req.session.id` is `req.sessionID`, and neither can be changed', async () => {
    await expectSame({ express }, {}, (site) =>
      site.visit((req) => [
        req.session.id === req.sessionID,
        Reflect.set(req.session, 'id', 'another'),
        req.session.id,
      ]),
    )
  })

  test.each<[string, Visit]>([
    ['maxAge', (req) => void (req.session.cookie.maxAge = 3_600_000)],
    ['expires', (req) => void (req.session.cookie.expires = new Date(Date.now() + 3_600_000))],
    ['expires, null', (req) => void (req.session.cookie.expires = null)],
    ['a large maxAge', (req) => void (req.session.cookie.maxAge = 3_000_000_000)],
  ])('`req.session.cookie` can be altered per visitor (%s)', async (_flag, alter) => {
    for (const cookie of [{}, { maxAge: 60_000 }]) {
      await expectSame({ express }, { cookie }, async (site) => {
        await site.visit((req, res) => {
          alter(req, res)
          return change(req, res)
        })
        site.pass(1000)
        await site.visit((req) => [req.session.count, req.session.cookie.originalMaxAge])
        site.pass(1000)
        await site.visit((req) => [change(req, req.res!), req.session.cookie.originalMaxAge])
      })
    }
  })

  test.each<[string, Visit]>([
    ['httpOnly', (req) => void (req.session.cookie.httpOnly = false)],
    ['sameSite', (req) => void (req.session.cookie.sameSite = 'strict')],
    ['path', (req) => void (req.session.cookie.path = '/visit')],
    ['domain', (req) => void (req.session.cookie.domain = 'example.test')],
    ['secure', (req) => void (req.session.cookie.secure = true)],
    ['expires, false', (req) => Reflect.set(req.session.cookie, 'expires', false)],
  ])('`req.session.cookie` can be altered for the answer of its request (%s)', async (_flag, alter) => {
    await expectSame({ express }, { cookie: { maxAge: 60_000 } }, (site) =>
      site.visit((req, res) => {
        alter(req, res)
        return change(req, res)
      }),
    )
  })

  test('a changed cookie alone begins no session', async () => {
    await expectSame({ express }, {}, (site) => site.visit((req) => void (req.session.cookie.maxAge = 5000)))
  })

  test('`cookie.maxAge` is what remains, and `originalMaxAge` what it was', async () => {
    await expectSame({ express }, { cookie: { maxAge: 60_000 } }, async (site) => {
      await site.visit((req) => {
        req.session.count = 1
        site.pass(20_000)
        return [req.session.cookie.maxAge, req.session.cookie.originalMaxAge]
      })
      site.pass(10_000)
      await site.visit((req) => req.session.cookie.originalMaxAge)
    })
  })

  test('sessions that are stored through `req.sessionStore` are sessions', async () => {
    const seen = await expectSame({ express }, {}, async (site) => {
      await site.visit(change)
      await site.visit(async (req) => {
        const { sessionStore: store, sessionID: id } = req
        const get = promisify<string, unknown>((sid, callback) => store.get(sid, callback))
        const before = Object(await get(id))
        await promisify<void>((callback) => store.set(id, { ...before, user: 'ann' }, callback))()
        await done(req, 'reload')
        return read(req, req.res!)
      })
      await site.visit(read)
      await site.visit(async (req) => {
        const all = await promisify<unknown>((callback) => req.sessionStore.all?.(callback))()
        return Object.values(Object(all)).length
      })
    })
    expect(seen.map(({ text }) => text)).toEqual(['1', '[1,"ann",null]', '[1,"ann",null]', '1'])
  })

  test('`req.sessionStore` makes a session that it found the one of the request', async () => {
    await expectSame({ express }, {}, async (site) => {
      await site.visit(change)
      const { cookie } = site
      site.cookie = undefined
      await site.visit(async (req) => {
        const found = await promisify<string, session.SessionData | null | undefined>((id, callback) =>
          req.sessionStore.get(id, callback),
        )('id-1-1')
        req.sessionID = 'id-1-1'
        if (found) req.sessionStore.createSession(req, found)
        return change(req, req.res!)
      })
      site.cookie = cookie
      await site.visit(read)
    })
  })
})
