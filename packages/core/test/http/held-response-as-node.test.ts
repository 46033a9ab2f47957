import { describe, expect, it } from 'vitest'
import { expectNodesAnswer } from './as-node-answers.ts'
import { callUntyped } from './untyped-call.ts'

describe('A held response is byte for byte what node would have sent', () => {
  it('for `end` without anything', async () => {
    expect(await expectNodesAnswer((res) => res.end())).toContain('Content-Length: 0')
  })

  it('for `end` with a chunk', async () => {
    expect(await expectNodesAnswer((res) => res.end('text'))).toMatch(/Content-Length: 4\r\n\r\ntext$/)
  })

  it('for `end` with a Buffer', async () => {
    expect(await expectNodesAnswer((res) => res.end(Buffer.from('bytes')))).toMatch(/\r\n\r\nbytes$/)
  })

  it('for `end` with a chunk and its encoding', async () => {
    expect(await expectNodesAnswer((res) => res.end('c3bc', 'hex'))).toMatch(/Content-Length: 2\r\n\r\n\xC3\xBC$/)
  })

  it('for `end` with the nulls that Fastify gives', async () => {
    await expectNodesAnswer((res) => callUntyped(res, 'end', ['text', null, null]))
  })

  it('for writes with encodings before the end', async () => {
    const answer = await expectNodesAnswer((res) => {
      res.write('a')
      res.write('YmI=', 'base64')
      res.write(Buffer.from('ccc'), () => {})
      res.end('d')
    })
    expect(answer).toMatch(/Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbb\r\n3\r\nccc\r\n1\r\nd\r\n0\r\n\r\n$/)
  })

  it('for writes of an announced length', async () => {
    const answer = await expectNodesAnswer((res) => {
      res.setHeader('Content-Length', 6)
      res.write('abc')
      res.end('def')
    })
    expect(answer).toMatch(/\r\n\r\nabcdef$/)
  })

  it('for `flushHeaders` before the body', async () => {
    await expectNodesAnswer((res) => {
      res.setHeader('X-One', '1')
      res.flushHeaders()
      res.end('text')
    })
  })

  it('for the answer to HEAD', async () => {
    const answer = await expectNodesAnswer((res) => res.setHeader('Content-Length', 4).end('text'), { method: 'HEAD' })
    expect(answer).toMatch(/Content-Length: 4\r\nConnection: close\r\n\r\n$/)
  })

  it.each([204, 304])('for status %i, which has no body', async (status) => {
    const answer = await expectNodesAnswer((res) => {
      res.statusCode = status
      res.end('dropped')
    })
    expect(answer).not.toContain('dropped')
  })

  it('for a status message of its own', async () => {
    const answer = await expectNodesAnswer((res) => {
      res.statusMessage = 'Fine'
      res.end()
    })
    expect(answer).toMatch(/^HTTP\/1.1 200 Fine\r\n/)
  })

  it('for corked writes', async () => {
    await expectNodesAnswer((res) => {
      res.cork()
      res.write('a')
      res.write('b')
      res.uncork()
      res.end()
    })
  })

  it('for trailers', async () => {
    const answer = await expectNodesAnswer((res) => {
      res.setHeader('Trailer', 'X-Sum')
      res.write('a')
      res.addTrailers({ 'X-Sum': '1' })
      res.end()
    })
    expect(answer).toMatch(/X-Sum: 1\r\n\r\n$/)
  })

  it('for a response that asks for the connection to be closed', async () => {
    await expectNodesAnswer((res) => res.setHeader('Connection', 'close').end('text'))
  })
})
