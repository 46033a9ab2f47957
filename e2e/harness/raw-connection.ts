import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { Site } from './browser.ts'
import { waitFor } from './wait-for.ts'

/** One HTTP connection on which requests can be sent before the answers to earlier ones are there. */
export class RawConnection {
  readonly #socket: Socket
  #received = ''

  constructor(site: Site) {
    const { hostname, port } = new URL(site.url)
    this.#socket = connect(Number(port), hostname)
    this.#socket.on('data', (chunk) => (this.#received += chunk.toString('latin1')))
    this.#socket.on('error', () => undefined)
  }

  send(method: string, path: string, headers: Readonly<Record<string, string>> = {}, body = ''): void {
    const lines = Object.entries({ host: 'shop', 'content-length': String(body.length), ...headers })
    this.#socket.write(
      `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
    )
  }

  /** The status codes of so many answers, in the order of the requests. */
  async statuses(count: number): Promise<number[]> {
    return waitFor(`${count} answers came`, () => {
      const found = [...this.#received.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => Number(match[1]))
      return found.length >= count && found
    })
  }

  close(): void {
    this.#socket.destroy()
  }
}
