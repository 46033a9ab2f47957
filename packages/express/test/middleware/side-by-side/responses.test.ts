import { writeFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXPRESS_VERSIONS } from '../../support/express-versions.ts'
import type { Visit } from '../../support/test-worker.ts'
import { ANSWERED } from '../support/middleware-worker.ts'
import { expectSame } from '../support/side-by-side.ts'

const read: Visit = (req) => req.session.count ?? null

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'responses-'))
  await writeFile(join(folder, 'page.html'), '<p>a page</p>'.repeat(10_000))
})

afterAll(() => rm(folder, { recursive: true }))

/** Each of them answers by itself. */
const ANSWERS: readonly (readonly [string, Visit])[] = [
  ['res.json', (_req, res) => res.json({ a: 1 })],
  ['res.send of a text', (_req, res) => res.send('text')],
  ['res.send of a buffer', (_req, res) => res.send(Buffer.from('bytes'))],
  ['res.sendStatus', (_req, res) => res.sendStatus(204)],
  ['res.redirect', (_req, res) => res.redirect(303, '/elsewhere')],
  ['res.end', (_req, res) => res.status(201).end()],
  ['res.end of null', (_req, res) => Reflect.apply(Reflect.get(res, 'end'), res, [null])],
  ['res.end with an encoding', (_req, res) => res.end('c3bc', 'hex')],
  ['res.end with a callback', (_req, res) => res.end(() => {})],
  ['res.end of a text with a callback', (_req, res) => res.end('text', () => {})],
  ['res.writeHead', (_req, res) => res.writeHead(202, 'Fine', { 'Set-Cookie': 'a=1' }).end('text')],
  ['res.cookie', (_req, res) => res.cookie('a', '1').cookie('b', '2').json(null)],
  ['res.write', (_req, res) => (res.write('one '), res.write('two '), res.end('three'))],
  ['res.write with a length', (_req, res) => (res.set('Content-Length', '7'), res.write('one '), res.end('two'))],
  ['res.flushHeaders', (_req, res) => (res.flushHeaders(), res.end('text'))],
  ['res.sendFile', (_req, res) => res.sendFile(join(folder, 'page.html'))],
  ['res.sendFile of a file that is not there', (_req, res) => res.sendFile(join(folder, 'none.html'))],
  ['res.download', (_req, res) => res.download(join(folder, 'page.html'))],
  ['pipe', (_req, res) => Readable.from(['one ', 'two ', 'three']).pipe(res)],
  ['pipeline', (_req, res) => pipeline(Readable.from(['one ', 'two']), res)],
  [
    'an answer later than its handler',
    (_req, res) => {
      setTimeout(() => res.send('late'), 20)
    },
  ],
]

describe.each(EXPRESS_VERSIONS)('with %s, as with express-session', (_name, express) => {
  test.each(ANSWERS)('a changed session is saved, and its cookie set, with %s', async (_way, answer) => {
    await expectSame({ express }, {}, async (site) => {
      const visit: Visit = async (req, res) => {
        req.session.count = (req.session.count ?? 0) + 1
        await answer(req, res)
        return ANSWERED
      }
      await site.visit(visit)
      await site.visit(read)
      await site.visit(visit, { method: 'POST' })
      await site.visit(read)
    })
  })

  test.each(['GET', 'HEAD', 'OPTIONS', 'PUT'])('%s', async (method) => {
    await expectSame({ express }, { rolling: true }, async (site) => {
      await site.visit((req) => void (req.session.count = 1), { method })
      await site.visit(read, { method })
    })
  })

  test('what a handler changed before it failed is saved', async () => {
    const onError: Parameters<typeof expectSame>[0]['onError'] = (error, _req, res, _next) => {
      res.status(500).send(String(error))
    }
    const seen = await expectSame({ express, onError }, {}, async (site) => {
      await site.visit((req) => {
        req.session.count = 7
        throw new Error('boom')
      })
      await site.visit(read)
    })
    expect(seen.map(({ text }) => text)).toEqual(['Error: boom', '7'])
  })

  test('what was added to a stream while it ran is saved at its end', async () => {
    const seen = await expectSame({ express }, {}, async (site) => {
      await site.visit((req) => void (req.session.count = 1))
      await site.visit((req, res) => {
        res.write('one ')
        req.session.count = 2
        setTimeout(() => {
          req.session.count = 3
          res.end('two')
        }, 20)
        return ANSWERED
      })
      await site.visit(read)
    })
    expect(seen.at(-1)?.text).toBe('3')
  })

  test('handlers that patched the response before and after go on working', async () => {
    const patch: Parameters<typeof expectSame>[0]['before'] = (_req, res, next) => {
      const end = res.end.bind(res)
      res.end = (...args: never[]) => {
        if (!res.headersSent) res.set('X-Patched', 'yes')
        return Reflect.apply(end, res, args)
      }
      next()
    }
    for (const parts of [{ before: patch }, { behind: patch }]) {
      await expectSame({ express, ...parts }, {}, async (site) => {
        await site.visit((req) => void (req.session.count = 1))
        await site.visit(read)
      })
    }
  })

  test('a session that was there before is left alone', async () => {
    const before: Parameters<typeof expectSame>[0]['before'] = (req, _res, next) => {
      Object.assign(req, { session: { count: 5 } })
      next()
    }
    const seen = await expectSame({ express, before }, { saveUninitialized: true }, (site) => site.visit(read))
    expect(seen).toMatchObject([{ text: '5', setCookie: [] }])
  })

  test.each([
    ['no signature', 'connect.sid=id-1-1'],
    ['a forged signature', 'connect.sid=s%3Aid-1-1.forged'],
    ['nothing', 'connect.sid='],
    ['another cookie', 'connect.side=s%3Aid-1-1.forged; a="b"; =; ;'],
  ])('a cookie with %s begins a new session', async (_case, cookie) => {
    await expectSame({ express }, {}, async (site) => {
      await site.visit((req) => void (req.session.count = 1))
      site.cookie = cookie
      await site.visit(read)
      await site.visit((req) => void (req.session.count = 2))
      await site.visit(read)
    })
  })

  test('the cookie is found among others', async () => {
    await expectSame({ express }, {}, async (site) => {
      await site.visit((req) => void (req.session.count = 1))
      site.cookie = `a=1; ${site.cookie}; b=2`
      await site.visit(read)
    })
  })
})
