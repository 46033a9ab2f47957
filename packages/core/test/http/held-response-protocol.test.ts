import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, createServer as createHttp2Server } from 'node:http2'
import type { ClientHttp2Session } from 'node:http2'
import { describe, expect, it, onTestFinished } from 'vitest'
import { HeldResponse } from '../../src/http/held-response.ts'
import { heldServer, holding, listening, turn } from './held-server.ts'
import { RawClient, withoutDate } from './raw-client.ts'

describe('On one connection', () => {
  it('responses leave in the order of their requests, however long each is held', async () => {
    const releases: (() => void)[] = []
    const { port, visits } = await heldServer(({ req, res }) => res.end(req.url), {
      beforeHead: () => new Promise((resolve) => void releases.push(resolve)),
    })
    const client = await RawClient.open(port)
    client.send(['/1', '/2', '/3'].map((path) => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`).join(''))
    await expect.poll(() => visits.length).toBe(3)
    releases.toReversed().forEach((release) => release())
    await expect.poll(() => client.received).toMatch(/\/1HTTP.*\/2HTTP.*\/3$/s)
  })

  it('a request follows whose predecessor was held', async () => {
    const { port } = await heldServer(({ req, res }) => res.end(req.url))
    const client = await RawClient.open(port)
    for (const path of ['/1', '/2']) {
      client.send(`GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`)
      await expect.poll(() => client.received).toMatch(new RegExp(`${path}$`))
    }
  })

  it('a client that may send its body is told so at once', async () => {
    const server = createServer()
    let release: () => void = () => {}
    server.on('checkContinue', (req, res) => {
      const visit = holding(req, res, { beforeHead: () => new Promise((resolve) => void (release = resolve)) })
      res.writeContinue()
      req.on('end', () => visit.res.end('thanks'))
      req.resume()
    })
    const client = await RawClient.open(await listening(server))
    client.send('POST / HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n')
    await expect.poll(() => client.received).toContain('100 Continue')
    client.send('body')
    await turn()
    release()
    await expect.poll(() => (release(), client.received)).toMatch(/thanks$/)
  })

  it('hints go ahead of a response that is held', async () => {
    let release: () => void = () => {}
    const { port } = await heldServer(
      ({ res }) => {
        res.writeProcessing()
        res.writeEarlyHints({ link: '</style.css>; rel=preload' })
        res.setHeader('X-One', '1')
        res.end('text')
      },
      { beforeHead: () => new Promise((resolve) => void (release = resolve)) },
    )
    const client = await RawClient.open(port)
    client.send('GET / HTTP/1.1\r\nHost: test\r\n\r\n')
    await expect.poll(() => client.received).toMatch(/102 Processing.*103 Early Hints.*preload\r\n\r\n$/s)
    release()
    await expect.poll(() => withoutDate(client.received)).toMatch(/HTTP\/1.1 200 OK\r\nX-One: 1\r\n.*text$/s)
  })
})

describe('The response of node\u2019s HTTP/2 compatibility interface', () => {
  interface Stream {
    readonly headers: Record<string, unknown>
    readonly body: string
  }

  async function answerOf(session: ClientHttp2Session, path: string): Promise<Stream> {
    const request = session.request({ ':path': path })
    request.setEncoding('utf8')
    const headers: Record<string, unknown> = {}
    request.on('response', (received) => void Object.assign(headers, received))
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    await once(request, 'end')
    return { headers, body }
  }

  it('is held as any other', async () => {
    const warnings: Error[] = []
    const note = (warning: Error): void => void warnings.push(warning)
    process.on('warning', note)
    onTestFinished(() => void process.off('warning', note))
    const calls: string[] = []
    const server = createHttp2Server((req, res) => {
      // Its type is another, and everything that is used is there.
      const response: unknown = res
      const held: HeldResponse = new HeldResponse(response as ConstructorParameters<typeof HeldResponse>[0], {
        beforeHead: () => turn().then(() => held.setCookie({ name: 'session', value: '1', flags: {} })),
        beforeEnd: () => void calls.push('beforeEnd'),
        aborted: () => void calls.push('aborted'),
        refuse: () => void calls.push('refuse'),
      })
      res.setHeader('Set-Cookie', ['a=1'])
      if (req.url === '/head') return void res.writeHead(201, { 'X-One': '1' }).end('created')
      if (req.url === '/stream') res.write('first ')
      res.end('last')
      res.setHeader('Set-Cookie', 'late=1')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const session = connect(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`)
    onTestFinished(() => {
      session.destroy()
      server.close()
    })

    expect(await answerOf(session, '/')).toMatchObject({
      headers: { 'set-cookie': ['a=1', 'session=1'] },
      body: 'last',
    })
    expect(await answerOf(session, '/stream')).toMatchObject({ body: 'first last' })
    expect(await answerOf(session, '/head')).toMatchObject({
      headers: { ':status': 201, 'x-one': '1' },
      body: 'created',
    })
    await turn()
    expect(calls).toEqual(['beforeEnd'])
    expect(warnings).toEqual([])
  })
})
