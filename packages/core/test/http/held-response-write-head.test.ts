import { describe, expect, it } from 'vitest'
import { expectNodesHead } from './as-node-answers.ts'
import { heldServer } from './held-server.ts'
import { answerTo } from './raw-client.ts'
import { callUntyped } from './untyped-call.ts'

describe('`writeHead` fixes nothing before the first byte, and sends what node would send', () => {
  it('with a status', async () => {
    expect(await expectNodesHead((res) => res.writeHead(404).end())).toMatch(/^HTTP\/1.1 404 Not Found\r\n/)
  })

  it('with a status that is text', async () => {
    const answer = await expectNodesHead((res) => void (callUntyped(res, 'writeHead', ['404']), res.end()))
    expect(answer).toMatch(/^HTTP\/1.1 404 Not Found\r\n/)
  })

  it('with a message', async () => {
    expect(await expectNodesHead((res) => res.writeHead(200, 'Fine').end())).toMatch(/^HTTP\/1.1 200 Fine\r\n/)
  })

  it('with a message and headers', async () => {
    await expectNodesHead((res) => res.writeHead(200, 'Fine', { 'X-One': '1' }).end('text'))
  })

  it('with headers, none of them a text', async () => {
    const answer = await expectNodesHead((res) => {
      callUntyped(res, 'writeHead', [200, { 'X-Number': 1, 'X-Boolean': true, 'X-List': ['a', 'b'] }])
      res.end()
    })
    expect(answer).toContain('X-Number: 1\r\nX-Boolean: true\r\nX-List: a\r\nX-List: b\r\n')
  })

  it('with headers in the place of an absent message', async () => {
    await expectNodesHead((res) => res.writeHead(200, undefined, { 'X-One': '1' }).end())
  })

  it('with names and values in turn, one of them twice', async () => {
    const cookies = ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']
    const answer = await expectNodesHead((res) => res.writeHead(200, cookies).end())
    expect(answer).toContain('Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n')
  })

  it('with names and values in turn, in place of a header that was set, where node 20 loses one', async () => {
    const { port } = await heldServer(({ res }) => {
      res.setHeader('Set-Cookie', 'old=1')
      res.setHeader('X-Kept', '1')
      res.writeHead(200, ['set-cookie', 'a=1', 'set-cookie', 'b=2']).end()
    })
    expect(await answerTo(port)).toContain('X-Kept: 1\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n')
  })

  it('with a list of pairs', async () => {
    const pairs = [
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ]
    const answer = await expectNodesHead((res) => void (callUntyped(res, 'writeHead', [200, pairs]), res.end()))
    expect(answer).toContain('Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n')
  })

  it('over headers that were set', async () => {
    const answer = await expectNodesHead((res) => {
      res.setHeader('X-One', 'old')
      res.setHeader('X-Two', 'kept')
      res.writeHead(200, { 'x-one': 'new' }).end()
    })
    expect(answer).toContain('x-one: new\r\nX-Two: kept\r\n')
  })

  it.each([[42], [1000], ['many'], [undefined]])('and throws what node throws at status %s', async (status) => {
    const answer = await expectNodesHead((res) => {
      try {
        callUntyped(res, 'writeHead', [status])
      } catch (error) {
        res.end(error instanceof RangeError && 'code' in error ? String(error.code) : 'another error')
      }
    })
    expect(answer).toContain('ERR_HTTP_INVALID_STATUS_CODE')
  })

  it('and throws what node throws at a header without value', async () => {
    const answer = await expectNodesHead((res) => {
      try {
        res.writeHead(200, { 'X-One': undefined })
      } catch (error) {
        res.end(error instanceof TypeError && 'code' in error ? String(error.code) : 'another error')
      }
    })
    expect(answer).toContain('ERR_HTTP_INVALID_HEADER_VALUE')
  })
})
