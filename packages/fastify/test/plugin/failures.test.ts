import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { PluginWorker } from '../support/plugin-worker.ts'
import { stand } from '../support/stand.ts'
import type { Stand } from '../support/stand.ts'

/** A visit that changes the session while the cluster goes away. */
function failing({ worker, recordStore }: Stand, answer: (reply: never) => unknown = () => 'fine'): string {
  return worker.route(async ({ session }, reply) => {
    session.count = 7
    recordStore.isDown = true
    return answer(reply as never)
  })
}

describe('a save that fails', () => {
  test('is a 503 with Retry-After, as if the handler had thrown it', async () => {
    const at = await stand()
    const { headers, status, json, setCookie } = await at.browser.get(failing(at))
    expect([status, headers.get('retry-after'), setCookie]).toEqual([503, '1', undefined])
    expect(json).toMatchObject({ statusCode: 503, code: 'STORE_UNAVAILABLE', error: 'Service Unavailable' })
    at.recordStore.isDown = false
    expect(await at.stored()).toEqual({ count: 0 })
  })

  test('comes to the application’s error handler, whose answer is given', async () => {
    const at = await stand({
      behind: (app) =>
        app.setErrorHandler<Error & { code: string }>((error, _request, reply) =>
          reply.code(500).send({ own: error.code }),
        ),
    })
    expect(await at.browser.get(failing(at))).toMatchObject({ status: 500, json: { own: 'STORE_UNAVAILABLE' } })
  })

  test('takes the headers of the answer with it, and leaves those of all answers', async () => {
    const at = await stand({
      before: (app) => app.addHook('onRequest', async (_request, reply) => void reply.header('x-all', 'yes')),
    })
    const { headers, status } = await at.browser.get(
      failing(at, (reply: FastifyReplyOfVisit) =>
        reply
          .headers({ 'content-encoding': 'gzip', etag: '"7"', 'cache-control': 'max-age=60', 'set-cookie': 'mine=1' })
          .redirect('/elsewhere', 303),
      ),
    )
    expect(status).toBe(503)
    expect(headers.get('x-all')).toBe('yes')
    for (const name of ['location', 'content-encoding', 'etag', 'cache-control', 'set-cookie']) {
      expect(headers.get(name)).toBeNull()
    }
  })

  test('of an answer that tells of another error of the client’s is a 503 too', async () => {
    const at = await stand()
    const answer = await at.browser.get(
      failing(at, () => {
        throw Object.assign(new Error('no'), { statusCode: 404 })
      }),
    )
    expect(answer).toMatchObject({ status: 503, json: { code: 'STORE_UNAVAILABLE' } })
  })

  test('of an answer of 500 or more leaves that as it is', async () => {
    const at = await stand()
    const answer = await at.browser.get(
      failing(at, () => {
        throw new Error('broken')
      }),
    )
    expect(answer).toMatchObject({ status: 500, json: { message: 'broken' } })
  })

  test('of a stream that has not begun is a 503, and the stream is let go', async () => {
    const at = await stand()
    const stream = Readable.from(['one', 'two'])
    const answer = await at.browser.get(failing(at, (reply: FastifyReplyOfVisit) => reply.send(stream)))
    expect([answer.status, answer.text.includes('one')]).toEqual([503, false])
    await expect.poll(() => stream.destroyed).toBe(true)
  })

  test('of a stream that is under way breaks the connection', async () => {
    const { worker, recordStore, browser } = await stand()
    const visit = worker.route(async ({ session }, reply) => {
      const stream = Readable.from(
        (async function* () {
          yield 'one'
          await pause(30)
          session.count = 7
          recordStore.isDown = true
          yield 'two'
        })(),
      )
      return reply.send(stream)
    })
    await expect(browser.get(visit)).rejects.toThrow('terminated')
  })

  test('of a hijacked answer is a 503 in its place', async () => {
    const at = await stand()
    const answer = await at.browser.get(
      failing(at, (reply: FastifyReplyOfVisit) => {
        reply.hijack()
        reply.raw.writeHead(200, { 'x-own': 'yes' })
        reply.raw.end('raw')
      }),
    )
    expect(answer).toMatchObject({ status: 503, json: { statusCode: 503, code: 'STORE_UNAVAILABLE' } })
    expect([answer.headers.get('x-own'), answer.headers.get('retry-after')]).toEqual([null, '1'])
  })
})

type FastifyReplyOfVisit = Parameters<Parameters<PluginWorker['route']>[0]>[1]

describe('a load that fails', () => {
  test('is told to who looks at the session, and to nobody else', async () => {
    const { worker, recordStore, browser } = await stand()
    recordStore.isDown = true
    expect(await browser.get(worker.route(() => 'served'))).toMatchObject({ status: 200, text: 'served' })
    const asked = await browser.get(worker.route(({ session }) => session.count))
    expect(asked).toMatchObject({ status: 503, json: { code: 'STORE_UNAVAILABLE' }, setCookie: undefined })
  })
})
