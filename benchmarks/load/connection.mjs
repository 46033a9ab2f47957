import { connect } from 'node:net'

/**
 * @typedef {{ cookies: Map<string, string>, acknowledged: number }} Jar A browser: its cookies, and the writes it was told are done.
 * @typedef {{ method: string, path: string, jar: Jar, counts: boolean }} Shot
 */

/** @returns {Jar} */
export function newJar() {
  return { cookies: new Map(), acknowledged: 0 }
}

const HEAD_END = '\r\n\r\n'

/**
 * A connection that is kept alive, for one request at a time. As little as it takes: on a machine of two processors whatever
 * the load costs is missing where the sessions are, and node's own client costs three times as much. It understands answers
 * in ASCII with a `Content-Length`, which are the only ones that the servers here give.
 */
export class Connection {
  #socket
  #received = ''
  /** @type {{ resolve: (answer: string) => void, reject: (error: Error) => void } | undefined} */
  #waiting

  /** @param {number} port */
  constructor(port) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true }).setEncoding('latin1')
    this.#socket.on('data', (chunk) => this.#receive(String(chunk)))
    this.#socket.on('error', (error) => this.#waiting?.reject(error))
    this.#socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')))
  }

  /** @param {Shot} shot @returns {Promise<string>} The body of a 200; anything else is an error. */
  async send({ method, path, jar }) {
    const cookie = Array.from(jar.cookies, ([name, value]) => `${name}=${value}`).join('; ')
    const length = method === 'GET' ? '' : 'Content-Length: 0\r\n'
    /** @type {string} */
    const answer = await new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#socket.write(
        `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\n${length}\r\n`,
        'latin1',
      )
    })
    const bodyAt = answer.indexOf(HEAD_END) + HEAD_END.length
    const head = answer.slice(0, bodyAt)
    for (const [, name = '', value = ''] of head.matchAll(/\r\nset-cookie: ([^=]*)=([^;\r]*)/gi))
      jar.cookies.set(name, value)
    if (!head.startsWith('HTTP/1.1 200 ')) throw new Error(`${method} ${path} was answered with ${head.slice(0, 12)}`)
    return answer.slice(bodyAt)
  }

  close() {
    this.#waiting = undefined
    this.#socket.destroy()
  }

  /** @param {string} chunk */
  #receive(chunk) {
    this.#received += chunk
    const headEnd = this.#received.indexOf(HEAD_END)
    if (headEnd === -1) return
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#received)?.[1])
    const answer = this.#received
    if (answer.length < headEnd + HEAD_END.length + length) return
    this.#received = ''
    this.#waiting?.resolve(answer)
  }
}
