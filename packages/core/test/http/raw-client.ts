import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A connection on which bytes are sent and received as they are. */
export class RawClient {
  readonly #socket: Socket
  #received = ''
  #isClosed = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (data) => {
      this.#received += String(data)
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#isClosed = true
    })
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  get received(): string {
    return this.#received
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  send(text: string): void {
    this.#socket.write(text)
  }

  /** Stops reading, so that the server's buffers fill. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Goes away without a word. */
  vanish(): void {
    this.#socket.destroy()
  }

  async closed(): Promise<string> {
    if (!this.#isClosed) await once(this.#socket, 'close')
    return this.#received
  }
}

/** What a server answers to one request on a connection of its own, byte by byte; the date is left out. */
export async function answerTo(port: number, { method = 'GET', path = '/', headers = '' } = {}): Promise<string> {
  const client = await RawClient.open(port)
  client.send(`${method} ${path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n${headers}\r\n`)
  return withoutDate(await client.closed())
}

export function withoutDate(response: string): string {
  return response.replaceAll(/Date: [^\r]*\r\n/g, '')
}

/** The same response, with its body as one piece and no word of how it was framed. */
export function withoutFraming(response: string): string {
  const [head = '', ...rest] = response.split('\r\n\r\n')
  const body = rest.join('\r\n\r\n')
  const isChunked = /^transfer-encoding: chunked$/im.test(head)
  const fields = head.split('\r\n').filter((field) => !/^(?:transfer-encoding|content-length):/i.test(field))
  return `${fields.join('\r\n')}\r\n\r\n${isChunked ? joined(body) : body}`
}

function joined(chunks: string): string {
  let text = ''
  for (let rest = chunks; ;) {
    const line = rest.indexOf('\r\n')
    const size = Number.parseInt(rest, 16)
    if (line === -1 || !(size > 0)) return text
    text += rest.slice(line + 2, line + 2 + size)
    rest = rest.slice(line + 2 + size + 2)
  }
}
