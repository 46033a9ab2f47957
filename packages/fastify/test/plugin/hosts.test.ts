import { connect } from 'node:http2'
import type { IncomingHttpHeaders } from 'node:http2'
import { Readable } from 'node:stream'
import { MemoryRecordStore } from '@hazelcast-session/core'
import fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { hazelcastSession } from '../../src/index.ts'
import { SECRET } from '../support/store-worker.ts'
import { silentLogger } from '../support/visited-app.ts'

/** An application that counts visits, without a server. */
async function counter(options: object = {}): Promise<FastifyInstance> {
  const app = fastify(options)
  onTestFinished(() => app.close())
  await app.register(hazelcastSession, {
    recordStore: new MemoryRecordStore(),
    secret: SECRET,
    sticky: false,
    saveUninitialized: false,
    logger: silentLogger,
    cookie: { secure: 'auto' },
  })
  app.get('/', async ({ session }) => ({ count: (session.count = (session.count ?? 0) + 1) }))
  app.get('/stream', async ({ session }, reply) => {
    session.count = 7
    return reply.send(Readable.from(['one ', 'two']))
  })
  return app
}

test('`app.inject` has sessions as a server has, streams and callbacks too', async () => {
  const app = await counter()
  const first = await app.inject('/')
  expect([first.json(), first.cookies]).toEqual([
    { count: 1 },
    [{ name: 'sessionId', value: expect.stringMatching(/^s:HZ/), path: '/', httpOnly: true, sameSite: 'Lax' }],
  ])
  const cookies = { sessionId: first.cookies[0]?.value ?? '' }
  expect((await app.inject({ url: '/', cookies })).json()).toEqual({ count: 2 })
  expect((await app.inject({ url: '/stream', cookies })).body).toBe('one two')
  const streamed = await app.inject({ url: '/stream', cookies, payloadAsStream: true })
  expect((await streamed.stream().toArray()).join('')).toBe('one two')
  const called = await new Promise<unknown>((resolve) => {
    app.inject({ url: '/', cookies }, (_error, response) => resolve(response?.json()))
  })
  expect(called).toEqual({ count: 8 })
  expect((await app.inject({ url: '/', cookies, method: 'HEAD' })).statusCode).toBe(200)
})

test('HTTP/2 has sessions too', async () => {
  const app = await counter({ http2: true })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const client = connect(url)
  onTestFinished(() => client.close())
  const get = (path: string, cookie?: string): Promise<[IncomingHttpHeaders, string]> =>
    new Promise((resolve, reject) => {
      const stream = client.request({ ':path': path, ...(cookie === undefined ? {} : { cookie }) })
      let text = ''
      let headers: IncomingHttpHeaders = {}
      stream.on('response', (received) => (headers = received))
      stream.setEncoding('utf8').on('data', (piece: string) => (text += piece))
      stream.on('end', () => resolve([headers, text])).on('error', reject)
    })
  const [headers, text] = await get('/')
  expect(JSON.parse(text)).toEqual({ count: 1 })
  const [cookie = ''] = headers['set-cookie']?.[0]?.split(';') ?? []
  expect(JSON.parse((await get('/', cookie))[1])).toEqual({ count: 2 })
  expect((await get('/stream', cookie))[1]).toBe('one two')
  expect(JSON.parse((await get('/', cookie))[1])).toEqual({ count: 8 })
})
