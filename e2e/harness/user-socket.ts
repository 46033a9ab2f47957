import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Site } from './browser.ts'

/** How a socket was closed. */
interface Closed {
  readonly code: number
  readonly reason: string
}

/** A WebSocket as a browser opens it: with the cookies of its user. */
export class UserSocket {
  /** Resolves when it is closed, by whomever. */
  readonly closed: Promise<Closed>
  readonly #socket: WebSocket

  private constructor(socket: WebSocket) {
    this.#socket = socket
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
  }

  /** Opened; or the status of the answer that refused it. */
  static async open(site: Site, cookie: string): Promise<UserSocket | number> {
    const socket = new WebSocket(site.url.replace('http', 'ws'), { headers: cookie === '' ? {} : { cookie } })
    socket.on('error', () => {})
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(new UserSocket(socket)))
      socket.once('unexpected-response', (_request, { statusCode }) => {
        resolve(statusCode ?? 0)
        socket.terminate()
      })
      socket.once('error', reject)
    })
  }

  /** Sends a message, and resolves with the answer to it. */
  async ask(message: string): Promise<unknown> {
    const answered = once(this.#socket, 'message')
    this.#socket.send(message)
    const [data] = await answered
    return JSON.parse(String(data))
  }

  send(message: string): void {
    this.#socket.send(message)
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  /** Ends the connection. */
  cut(): void {
    this.#socket.terminate()
  }
}
