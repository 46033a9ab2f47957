import { connect } from 'node:net'
import type { Site } from './browser.ts'

/** An answer as it came over the wire. */
export interface RawAnswer {
  /** 0: the connection was closed without one. */
  readonly status: number
  readonly setCookie: readonly string[]
  readonly body: string
}

const GIVEN_UP_AFTER = 20_000

/** One request with a `Cookie` header of exactly these characters, which no HTTP client would send. */
export function rawRequest(site: Site, cookie: string, write?: unknown): Promise<RawAnswer> {
  const { hostname, port } = new URL(site.url)
  const body = write === undefined ? '' : JSON.stringify(write)
  const line = write === undefined ? 'GET /api/session' : 'PUT /api/attributes/item'
  const headers = [`${line} HTTP/1.1`, 'Host: shop', 'Connection: close', `Content-Length: ${body.length}`]
  if (write !== undefined) headers.push('Content-Type: application/json')
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    let received = ''
    socket.setTimeout(GIVEN_UP_AFTER, () => socket.destroy())
    socket.on('data', (chunk) => (received += chunk.toString('latin1')))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(parsed(received)))
    // As bytes: what is beyond ASCII goes out as it is.
    socket.write(Buffer.from(`${headers.join('\r\n')}\r\nCookie: ${cookie}\r\n\r\n${body}`, 'latin1'))
  })
}

function parsed(received: string): RawAnswer {
  const end = received.indexOf('\r\n\r\n')
  const [first = '', ...lines] = received.slice(0, Math.max(end, 0)).split('\r\n')
  const setCookie = lines.filter((line) => /^set-cookie:/i.test(line)).map((line) => line.slice('set-cookie:'.length))
  return { status: Number(first.split(' ')[1] ?? 0), setCookie, body: received.slice(end + 4) }
}
