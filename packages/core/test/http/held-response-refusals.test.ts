import { once } from 'node:events'
import { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { goOn, heldServer, turn } from './held-server.ts'
import type { Visit } from './held-server.ts'
import { RawClient, answerTo } from './raw-client.ts'

const unsaved = new Error('not saved')

const failures = [
  { failure: 'rejects', beforeHead: () => turn().then(() => Promise.reject(unsaved)) },
  {
    failure: 'throws',
    beforeHead: () => {
      throw unsaved
    },
  },
]

/** Endless, for as long as it is read. */
function endless(): Readable {
  return new Readable({
    read() {
      this.push(Buffer.alloc(1000, 'x'))
    },
  })
}

describe.each(failures)('When `beforeHead` $failure', ({ beforeHead }) => {
  it('nothing of the response is sent, and the answer of the error passes', async () => {
    const { port, visits } = await heldServer(({ res }) => res.writeHead(201, { 'X-One': '1' }).end('secret'), {
      beforeHead,
    })
    const answer = await answerTo(port)
    expect(answer).toMatch(/^HTTP\/1.1 503 Service Unavailable\r\n/)
    expect(answer).toMatch(/\r\n\r\nnot saved$/)
    expect(answer).not.toContain('X-One')
    expect(visits[0]?.calls).toEqual(['beforeHead', 'refuse'])
  })

  it('the head is what it was when the response was put on hold', async () => {
    const { port } = await heldServer(
      ({ res, held }) => {
        res.statusCode = 201
        res.statusMessage = 'Made'
        res.setHeader('X-Before', 'changed')
        res.removeHeader('X-Gone')
        res.appendHeader('Set-Cookie', 'application=1')
        held.setCookie({ name: 'session', value: '1', flags: {} })
        res.end('secret')
      },
      { beforeHead, refuse: ({ res }) => res.end('error') },
      (res) => {
        res.setHeader('X-Before', 'kept')
        res.setHeader('X-Gone', 'kept')
        res.setHeader('Set-Cookie', ['early=1'])
      },
    )
    const answer = await answerTo(port)
    const headers = 'X-Before: kept\r\nSet-Cookie: early=1\r\nX-Gone: kept\r\nConnection: close\r\n'
    expect(answer).toBe(`HTTP/1.1 200 OK\r\n${headers}Content-Length: 5\r\n\r\nerror`)
  })

  it('the callbacks of what was written hear of the error', async () => {
    const heard: unknown[] = []
    const { port } = await heldServer(
      ({ res }) => {
        res.write('a', (error) => heard.push(error))
        res.end('b', (error?: unknown) => heard.push(error))
      },
      { beforeHead },
    )
    await answerTo(port)
    await expect.poll(() => heard).toEqual([unsaved, unsaved])
  })

  it('a stream that was piped into the response is taken off and destroyed', async () => {
    const source = endless()
    const { port } = await heldServer(({ res }) => source.pipe(res), { beforeHead })
    const end = finished(source)
    end.catch(() => {})
    expect(await answerTo(port)).toMatch(/\r\n\r\nnot saved$/)
    await expect(end).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' })
    expect(source.destroyed).toBe(true)
  })

  it('the error is answered although a `pipeline` ends in the response, and the pipeline fails', async () => {
    const source = endless()
    const ends: Promise<void>[] = []
    const respond = ({ res }: Visit): void => {
      const end = pipeline(source, res)
      end.catch(() => {})
      ends.push(end)
    }
    const { port } = await heldServer(respond, {
      beforeHead,
      refuse: async ({ res }) => {
        await turn()
        res.statusCode = 503
        res.end('late answer')
      },
    })
    expect(await answerTo(port)).toMatch(/^HTTP\/1.1 503 .*late answer$/s)
    await expect(Promise.all(ends)).rejects.toThrow('Premature close')
    expect(source.destroyed).toBe(true)
  })

  it('a request that was piped into the response is read to its end, and the connection goes on', async () => {
    const { port } = await heldServer(({ req, res }) => req.pipe(res), { beforeHead })
    const client = await RawClient.open(port)
    const request = `POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 200000\r\n\r\n${'x'.repeat(200_000)}`
    client.send(request)
    client.send(request)
    await expect.poll(() => client.received.split('not saved').length).toBe(3)
    expect(client.isClosed).toBe(false)
  })

  it('a writer that goes on writing after the answer does no harm', async () => {
    const heard: unknown[] = []
    const { port, visits } = await heldServer(({ res }) => void res.write('a'), { beforeHead })
    expect(await answerTo(port)).toMatch(/\r\n\r\nnot saved$/)
    visits[0]?.res.write('b', (error) => heard.push(error))
    visits[0]?.res.end('c', () => heard.push('end'))
    await expect.poll(() => heard).toEqual([expect.objectContaining({ code: 'ERR_STREAM_WRITE_AFTER_END' }), 'end'])
  })

  it('the answer of the error may be a stream', async () => {
    const refuse = ({ res }: Visit): unknown => Readable.from(['e', 'rr', 'or']).pipe(res.writeHead(503))
    const { port, visits } = await heldServer(({ res }) => res.end('secret'), { beforeHead, refuse })
    expect(await answerTo(port)).toMatch(/1\r\ne\r\n2\r\nrr\r\n2\r\nor\r\n0\r\n\r\n$/)
    expect(visits[0]?.calls).toEqual(['beforeHead', 'refuse'])
  })

  it('a cookie comes too late', async () => {
    const codes: unknown[] = []
    const { port } = await heldServer(({ res }) => res.end('secret'), {
      beforeHead,
      refuse: ({ res, held }) => {
        try {
          held.setCookie({ name: 'a', value: '1', flags: {} })
        } catch (error) {
          codes.push(error)
        }
        res.end()
      },
    })
    await answerTo(port)
    expect(codes).toEqual([expect.objectContaining({ code: 'HEADERS_SENT' })])
  })
})

describe('A response that node does not take', () => {
  const wrong = ({ res }: Visit): void => {
    res.statusCode = 42
    res.end('text')
  }

  it('is refused when it was held', async () => {
    const { port, visits } = await heldServer(wrong, {
      refuse: ({ res }, error) => {
        res.end(error instanceof RangeError ? 'a range error' : 'another error')
      },
    })
    expect(await answerTo(port)).toMatch(/^HTTP\/1.1 200 .*a range error$/s)
    expect(visits[0]?.calls).toEqual(['beforeHead', 'refuse'])
  })

  it('throws at the handler when it was not, and another answer passes', async () => {
    const { port } = await heldServer(
      (visit) => {
        try {
          wrong(visit)
        } catch {
          visit.res.statusCode = 500
          visit.res.end('error')
        }
      },
      { beforeHead: goOn },
    )
    expect(await answerTo(port)).toMatch(/^HTTP\/1.1 500 .*error$/s)
  })

  it('ends the connection when a part of it has left', async () => {
    const { port } = await heldServer(({ res }) => {
      res.strictContentLength = true
      res.setHeader('Content-Length', 2)
      res.write('ab')
      res.write('too much')
    })
    expect(await answerTo(port)).not.toContain('too much')
  })
})

describe('When the client has gone before `beforeHead` fails', () => {
  it('the gate hears of it, and nothing is thrown at anybody', async () => {
    let fail: () => void = () => {}
    const source = endless()
    const { port, visits } = await heldServer(({ res }) => source.pipe(res), {
      beforeHead: () => new Promise((_, reject) => void (fail = () => reject(unsaved))),
    })
    const client = await RawClient.open(port)
    client.send('GET / HTTP/1.1\r\nHost: test\r\n\r\n')
    await expect.poll(() => visits[0]?.calls).toEqual(['beforeHead'])
    const gone = once(visits[0]!.res, 'close')
    client.vanish()
    await gone
    fail()
    await expect.poll(() => visits[0]?.calls).toEqual(['beforeHead', 'refuse'])
    expect(source.destroyed || source.isPaused()).toBe(true)
  })
})
