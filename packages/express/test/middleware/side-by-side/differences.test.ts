import { createHmac } from 'node:crypto'
import { promisify } from 'node:util'
import type { Request } from 'express'
import { describe, expect, test } from 'vitest'
import { EXPRESS_VERSIONS } from '../../support/express-versions.ts'
import type { Visit } from '../../support/test-worker.ts'
import { ANSWERED } from '../support/middleware-worker.ts'
import { answersOfBoth, libraryAnswers, ourAnswers } from '../support/side-by-side.ts'
import type { BothOptions, Seen } from '../support/side-by-side.ts'

const change: Visit = (req) => (req.session.count = (req.session.count ?? 0) + 1)
const read: Visit = (req) => req.session?.count ?? null

function texts(answers: readonly Seen[]): string[] {
  return answers.map(({ text }) => text)
}

function statuses(answers: readonly Seen[]): number[] {
  return answers.map(({ status }) => status)
}

function cookies(answers: readonly Seen[]): (string | undefined)[] {
  return answers.map(({ setCookie }) => setCookie.at(-1)?.replace(/s%3A[^;]*/, 's%3A…'))
}

// Each title begins with a row of the table in the README.
describe.each(EXPRESS_VERSIONS)('with %s, other than with express-session on purpose', (_name, express) => {
  test.each<[string, BothOptions, (req: Request) => unknown]>([
    ['`destroy`', {}, (req) => promisify<void>((done) => req.session.destroy(done))()],
    ["null under `unset: 'destroy'`", { unset: 'destroy' }, (req) => Reflect.set(req, 'session', null)],
    ["`delete` under `unset: 'destroy'`", { unset: 'destroy' }, (req) => Reflect.deleteProperty(req, 'session')],
    ['a max age of 0', {}, (req) => void (req.session.cookie.maxAge = 0)],
  ])("`destroy`, `unset: 'destroy'`, `cookie.maxAge = 0`: %s clears the cookie", async (_way, options, end) => {
    const { ours, library } = await answersOfBoth({ express }, options, async (site) => {
      await site.visit(change)
      await site.visit(async (req) => {
        await end(req)
        return 'ended'
      })
    })
    expect(cookies(library)[1]).toBeUndefined()
    expect(cookies(ours)[1]).toBe('connect.sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly')
  })

  test('the id: is one of ours, with the worker behind it', async () => {
    const options = { sticky: true, workerName: 'w1' }
    const { ours, library } = await answersOfBoth({ express, without: 'genid' }, options, (site) => site.visit(change))
    expect(library[0]?.setCookie[0]).toMatch(/^connect\.sid=s%3A[\w-]{32}\./)
    expect(ours[0]?.setCookie[0]).toMatch(/^connect\.sid=s%3AHZ[0-9A-F]{32}\.w1\./)
  })

  test('flags of the cookie that a request changed: flags of the cookie come from the options, for every session', async () => {
    const script: Parameters<typeof answersOfBoth>[2] = async (site) => {
      await site.visit((req, res) => {
        req.session.cookie.sameSite = 'strict'
        return change(req, res)
      })
      await site.visit(change)
    }
    const { ours, library } = await answersOfBoth({ express }, { rolling: true }, script)
    expect(cookies(library)[1]).toMatch(/SameSite=Strict$/)
    expect(cookies(ours)).toEqual([expect.stringMatching(/SameSite=Strict$/), 'connect.sid=s%3A…; Path=/; HttpOnly'])
  })

  test('`cookie.expires = false`: `cookie.expires = false` is stored as null', async () => {
    const { ours, library } = await answersOfBoth({ express }, { cookie: { maxAge: 5000 } }, async (site) => {
      await site.visit((req, res) => {
        Reflect.set(req.session.cookie, 'expires', false)
        return change(req, res)
      })
      await site.visit((req) => req.session.cookie.originalMaxAge)
    })
    expect(texts(library)).toEqual(['1', 'false'])
    expect(texts(ours)).toEqual(['1', 'null'])
  })

  test("`cookie` is a function that says `'auto'`: `auto` means the same in a `cookie` that is a function", async () => {
    const cookie = (): { secure: 'auto' } => ({ secure: 'auto' })
    const { ours, library } = await answersOfBoth({ express }, { cookie }, (site) => site.visit(change))
    expect(cookies(library)).toEqual([undefined])
    expect(cookies(ours)).toEqual(['connect.sid=s%3A…; Path=/; HttpOnly'])
  })

  test('a cookie signed by an old secret: a cookie that an old secret signed is signed anew', async () => {
    const { ours, library } = await answersOfBoth({ express }, { secret: ['new', 'old'] }, async (site) => {
      await site.visit(change)
      const signature = createHmac('sha256', 'old').update('id-1-1').digest('base64').replace(/=+$/, '')
      site.cookie = `connect.sid=${encodeURIComponent(`s:id-1-1.${signature}`)}`
      await site.visit(read)
    })
    expect(texts(ours)).toEqual(['1', '1'])
    expect(cookies(library)).toEqual([cookies(ours)[0], undefined])
    expect(cookies(ours)[1]).toBe('connect.sid=s%3A…; Path=/; HttpOnly')
  })

  test('`req.sessionID = …`: an assignment to `req.sessionID` has no effect', async () => {
    const { ours, library } = await answersOfBoth({ express }, {}, (site) =>
      site.visit((req, res) => {
        Reflect.set(req, 'sessionID', 5)
        return change(req, res)
      }),
    )
    expect(cookies(library)).toEqual([undefined])
    expect(cookies(ours)).toEqual(['connect.sid=s%3A…; Path=/; HttpOnly'])
  })

  test('attributes called `update`, `signIn`, `isNew`, …: names of our methods cannot be names of attributes', async () => {
    const { ours, library } = await answersOfBoth({ express }, {}, async (site) => {
      await site.visit((req, res) => {
        Reflect.set(req.session, 'update', 'mine')
        return change(req, res)
      })
      await site.visit((req) => typeof Reflect.get(req.session, 'update'))
    })
    expect(texts(library)[1]).toBe('"string"')
    expect(texts(ours)[1]).toBe('"function"')
  })

  test('anything else in the place of `req.session`: anything but a session or null in the place of `req.session` is an error for the error handler', async () => {
    const ours = await ourAnswers({ express }, {}, (site) =>
      site.visit((req) => void Reflect.set(req, 'session', { user: 'ann' })),
    )
    expect(ours).toMatchObject([{ status: 500, text: expect.stringContaining('Expected `req.session`') }])
  })

  test('`Cookie` header that another middleware took away: what is read through `cookie-parser` alone is not seen', async () => {
    const behind: Parameters<typeof answersOfBoth>[0]['before'] = (req, _res, next) => {
      const { cookie } = req.headers
      if (cookie !== undefined) {
        req.cookies = { 'connect.sid': decodeURIComponent(cookie.slice('connect.sid='.length)) }
        delete req.headers.cookie
      }
      next()
    }
    const { ours, library } = await answersOfBoth({ express, before: behind }, {}, async (site) => {
      await site.visit(change)
      await site.visit(read)
    })
    expect(texts(library)).toEqual(['1', '1'])
    expect(texts(ours)).toEqual(['1', 'null'])
  })

  test('`Cookie` header that another middleware took away: nor is `req.secret` read', async () => {
    const setSecret: Parameters<typeof answersOfBoth>[0]['before'] = (req, _res, next) => {
      Reflect.set(req, 'secret', 'of another middleware')
      next()
    }
    const setting = { express, before: setSecret, without: 'secret' } as const
    const library = await libraryAnswers(setting, {}, (site) => site.visit(change))
    expect(statuses(library)).toEqual([200])
    await expect(ourAnswers(setting, {}, (site) => site.visit(change))).rejects.toThrow('`secret`: expected')
  })

  test('`structuredClone(req.session)`: does not work, and that of a copy does', async () => {
    const clone =
      (copy: (from: object) => object): Visit =>
      (req) => {
        try {
          return Reflect.get(structuredClone(copy(req.session)), 'count')
        } catch (error) {
          return error instanceof Error ? error.name : error
        }
      }
    const { ours, library } = await answersOfBoth({ express }, {}, async (site) => {
      await site.visit(change)
      await site.visit(clone((from) => from))
      await site.visit(clone((from) => ({ ...from })))
    })
    expect(texts(library).slice(1)).toEqual(['1', '1'])
    expect(texts(ours).slice(1)).toEqual(['"DataCloneError"', '1'])
  })
  test('`res.writeHead` before the first byte: has sent nothing yet, and a second one counts', async () => {
    const { ours, library } = await answersOfBoth({ express }, {}, (site) =>
      site.visit((req, res) => {
        change(req, res)
        res.writeHead(202)
        const { headersSent } = res
        try {
          res.writeHead(203)
        } catch {}
        res.end(String(headersSent))
        return ANSWERED
      }),
    )
    expect([statuses(library), texts(library)]).toEqual([[202], ['true']])
    expect([statuses(ours), texts(ours)]).toEqual([[203], ['false']])
  })

  test('`save` of a new session that nothing was put in: sets its cookie', async () => {
    const { ours, library } = await answersOfBoth({ express }, { saveUninitialized: false }, (site) =>
      site.visit((req) => promisify<void>((done) => req.session.save(done))()),
    )
    expect(cookies(library)).toEqual([undefined])
    expect(cookies(ours)).toEqual(['connect.sid=s%3A…; Path=/; HttpOnly'])
  })
})
