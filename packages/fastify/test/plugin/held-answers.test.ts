import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import fastifyCookie from '@fastify/cookie'
import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { startPlugin } from '../support/plugin-worker.ts'
import { stand } from '../support/stand.ts'
import { attributesOf } from '../support/store-worker.ts'

describe('an answer waits for the save', () => {
  test('and a redirect finds its data at another worker', async () => {
    const { worker, recordStore, browser } = await stand()
    const other = await startPlugin({ recordStore, workerName: 'w2' })
    const target = other.route(attributesOf)
    for (let turn = 1; turn < 10; turn++) {
      const answer = await browser.get(
        worker.route(async ({ session }, reply) => {
          session.count = turn
          return reply.redirect(target, 303)
        }),
      )
      expect(answer.status).toBe(303)
      expect((await browser.get(answer.headers.get('location') ?? '')).json).toEqual({ count: turn })
    }
  })

  test.each([200, 204, 304, 404])('with status %s', async (status) => {
    const { worker, browser, stored } = await stand()
    const answer = await browser.get(
      worker.route(async ({ session }, reply) => {
        session.count = 1
        return reply.code(status).send()
      }),
    )
    expect([answer.status, answer.text, await stored()]).toEqual([status, '', { count: 1 }])
  })

  test('to HEAD, with the headers of GET and a cookie', async () => {
    const { worker, recordStore } = await stand()
    const visit = worker.route(async ({ session }, reply) => {
      session.count = 1
      return reply.send({ some: 'text' })
    })
    const browser = new Browser()
    const answer = await browser.get(visit, { method: 'HEAD' })
    expect([answer.status, answer.text, answer.headers.get('content-length')]).toEqual([200, '', '15'])
    expect((await browser.get(worker.route(attributesOf))).json).toEqual({ count: 1 })
    expect(recordStore.writes).toBe(2)
  })

  test('that is a stream, whole, and saves again what changed while it ran', async () => {
    const { worker, browser, stored } = await stand()
    const answer = await browser.get(
      worker.route(async ({ session }, reply) => {
        session.count = 1
        const stream = Readable.from(
          (async function* () {
            yield 'one '
            await pause(30)
            session.theme = 'dark'
            yield 'two'
          })(),
        )
        return reply.type('text/plain').send(stream)
      }),
    )
    expect(answer.text).toBe('one two')
    expect(await stored()).toEqual({ count: 1, theme: 'dark' })
  })

  test('that is a web stream, or a Response', async () => {
    const { worker, browser, stored } = await stand()
    const web = await browser.get(
      worker.route(async ({ session }, reply) => {
        session.count = 1
        return reply.send(new Blob(['one two']).stream())
      }),
    )
    const response = await browser.get(
      worker.route(async ({ session }) => {
        session.theme = 'dark'
        return new Response('three', { status: 201, headers: { 'x-own': 'yes' } })
      }),
    )
    expect([web.text, response.text, response.status, response.headers.get('x-own')]).toEqual([
      'one two',
      'three',
      201,
      'yes',
    ])
    expect(await stored()).toEqual({ count: 1, theme: 'dark' })
  })

  test('that was hijacked, or written past Fastify', async () => {
    const { worker, browser, stored } = await stand()
    const hijacked = await browser.get(
      worker.route(({ session }, reply) => {
        session.count = 1
        reply.hijack()
        reply.raw.writeHead(202, { 'content-type': 'text/plain' }).end('raw')
      }),
    )
    expect([hijacked.status, hijacked.text, await stored()]).toEqual([202, 'raw', { count: 1 }])
    const written = await browser.get(
      worker.route(async ({ session }, reply) => {
        session.count = 2
        reply.raw.write('one ')
        reply.raw.end('two')
      }),
    )
    expect([written.text, await stored()]).toEqual(['one two', { count: 2 }])
  })

  test('of a handler that neither returns nor awaits the reply', async () => {
    const { worker, browser, stored } = await stand()
    const answer = await browser.get(
      worker.route(async ({ session }, reply) => {
        session.count = 1
        reply.send({ sent: true })
      }),
    )
    expect([answer.json, await stored()]).toEqual([{ sent: true }, { count: 1 }])
    const plain = await browser.get(
      worker.route(({ session }, reply) => {
        session.count = 2
        reply.send({ sent: true })
      }),
    )
    expect([plain.json, await stored()]).toEqual([{ sent: true }, { count: 2 }])
  })

  test('of the application’s error handler, and keeps the change of a handler that throws', async () => {
    const { worker, browser, stored } = await stand({
      behind: (app) => app.setErrorHandler((error, _request, reply) => reply.code(418).send({ own: String(error) })),
    })
    const answer = await browser.get(
      worker.route(async ({ session }) => {
        session.count = 1
        throw new Error('broken')
      }),
    )
    expect(answer).toMatchObject({ status: 418, json: { own: 'Error: broken' } })
    expect(await stored()).toEqual({ count: 1 })
  })

  test('with the cookie that a new session needs, when the handler throws', async () => {
    const worker = await startPlugin()
    const browser = new Browser()
    const answer = await browser.get(
      worker.route(async ({ session }) => {
        session.count = 1
        throw Object.assign(new Error('no'), { statusCode: 400 })
      }),
    )
    expect([answer.status, answer.setCookie === undefined]).toEqual([400, false])
    expect((await browser.get(worker.route(attributesOf))).json).toEqual({ count: 1 })
  })

  test('behind the onSend hooks of others, with the cookies of others', async () => {
    const { worker, recordStore, browser } = await stand({
      before: (app) => app.register(fastifyCookie),
      behind: (app) => {
        app.addHook('onSend', async (request, reply, payload) => {
          await pause(5)
          request.session.theme = 'dark'
          reply.header('x-behind', 'yes')
          return `${String(payload)}!`
        })
      },
    })
    const answer = await browser.get(
      worker.route(async ({ session }, reply) => {
        session.count = 1
        return reply.setCookie('mine', 'yes', { path: '/' }).send('text')
      }),
    )
    expect([answer.text, answer.headers.get('x-behind')]).toEqual(['text!', 'yes'])
    expect(answer.headers.getSetCookie().map((line) => line.split('=')[0])).toEqual(['mine', 'sessionId'])
    const other = await startPlugin({ recordStore })
    expect((await browser.get(other.route(attributesOf))).json).toEqual({ count: 1, theme: 'dark' })
  })

  test('of a request that the client has given up', async () => {
    const { worker, browser, stored } = await stand()
    const given = new AbortController()
    const visit = worker.route(async ({ session }, reply) => {
      given.abort()
      await pause(30)
      session.count = 1
      return reply.send('nobody reads this')
    })
    await expect(browser.get(visit, { signal: given.signal })).rejects.toThrow('aborted')
    await expect.poll(stored).toEqual({ count: 1 })
  })
})
