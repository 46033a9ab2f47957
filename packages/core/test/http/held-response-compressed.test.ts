import type { ServerResponse } from 'node:http'
import { createGzip } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { goOn, heldServer, turn } from './held-server.ts'
import type { Visit } from './held-server.ts'
import { callUntyped } from './untyped-call.ts'

/** Replaces the response's methods by ones that compress, as middlewares do; `drain` is heard from the compressor then. */
function compress(res: ServerResponse): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with the response as `this`
  const { write, end, on, once, writeHead } = res
  const gzip = createGzip()
  let hasBegun = false
  const begin = (): void => {
    if (hasBegun) return
    hasBegun = true
    res.setHeader('Content-Encoding', 'gzip')
    res.removeHeader('Content-Length')
    Reflect.apply(writeHead, res, [res.statusCode])
    gzip.on('data', (chunk) => {
      if (Reflect.apply(write, res, [chunk]) === false) gzip.pause()
    })
    gzip.on('end', () => Reflect.apply(end, res, []))
    Reflect.apply(on, res, ['drain', () => gzip.resume()])
  }
  const compressing = {
    write: (...args: unknown[]): unknown => (begin(), callUntyped(gzip, 'write', args)),
    end: (...args: unknown[]): unknown => (begin(), callUntyped(gzip, 'end', args), res),
    on: (event: string, listener: () => void): unknown =>
      event === 'drain' ? gzip.on('drain', listener) : Reflect.apply(on, res, [event, listener]),
    once: (event: string, listener: () => void): unknown =>
      event === 'drain' ? gzip.once('drain', listener) : Reflect.apply(once, res, [event, listener]),
  }
  Object.assign(res, compressing)
}

const text = Array.from({ length: 20_000 }, (_, index) => `line ${index} ${Math.sin(index)}\n`)

async function stream({ res }: Visit): Promise<void> {
  for (const line of text) {
    if (!res.write(line)) await new Promise<void>((resolve) => void res.once('drain', resolve))
  }
  res.end()
}

describe.each([
  ['let through at once', goOn],
  ['held', turn],
])('A response that is compressed and %s', (_, beforeHead) => {
  it('arrives whole when the compressor was there first', async () => {
    const { port, visits } = await heldServer(stream, { beforeHead }, compress)
    const response = await fetch(`http://127.0.0.1:${port}/`)
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(await response.text()).toBe(text.join(''))
    expect(visits[0]?.calls).toEqual(['beforeHead', 'beforeEnd'])
  })

  it('arrives whole when the compressor came later', async () => {
    const { port, visits } = await heldServer(
      (visit) => {
        compress(visit.res)
        return stream(visit)
      },
      { beforeHead },
    )
    const response = await fetch(`http://127.0.0.1:${port}/`)
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(await response.text()).toBe(text.join(''))
    expect(visits[0]?.calls).toEqual(['beforeHead', 'beforeEnd'])
  })

  it('keeps a short body and the session cookie', async () => {
    const withCookie = (visit: Visit): Promise<void> | undefined => {
      visit.held.setCookie({ name: 'session', value: '1', flags: {} })
      return beforeHead()
    }
    const { port } = await heldServer(({ res }) => res.end('short'), { beforeHead: withCookie }, compress)
    const response = await fetch(`http://127.0.0.1:${port}/`)
    expect(response.headers.getSetCookie()).toEqual(['session=1'])
    expect(await response.text()).toBe('short')
  })
})
