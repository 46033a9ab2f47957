import { Agent, request } from 'node:http'

/**
 * @typedef {{ cookies: Map<string, string>, acknowledged: number }} Jar A browser: its cookies, and the writes it was told are done.
 * @typedef {{ method: string, path: string, jar: Jar, counts: boolean }} Shot
 */

/** Connections of one load. */
export const WIDTH = 32

/**
 * Sends `count` requests over `WIDTH` connections, each as soon as its connection is free.
 * @param {number} port
 * @param {number} count
 * @param {(connection: number) => Shot} next What a connection sends next.
 * @returns {Promise<number>} Seconds it took.
 */
export async function runSlice(port, count, next) {
  const agent = new Agent({ keepAlive: true, maxSockets: WIDTH })
  let left = count
  const begin = performance.now()
  const connection = async (/** @type {number} */ index) => {
    while (left-- > 0) {
      const shot = next(index)
      await send(agent, port, shot)
      if (shot.counts) shot.jar.acknowledged++
    }
  }
  await Promise.all(Array.from({ length: WIDTH }, (_, index) => connection(index)))
  agent.destroy()
  return (performance.now() - begin) / 1000
}

/**
 * @param {Agent} agent
 * @param {number} port
 * @param {Shot} shot
 * @returns {Promise<string>} The body of a 2xx answer; anything else is an error.
 */
export function send(agent, port, { method, path, jar }) {
  return new Promise((resolve, reject) => {
    const cookie = [...jar.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { cookie, 'content-length': 0 }
    const req = request({ agent, host: '127.0.0.1', port, method, path, headers }, (res) => {
      for (const set of res.headers['set-cookie'] ?? []) {
        const [, name, value] = /^([^=]*)=([^;]*)/.exec(set) ?? []
        if (name !== undefined && value !== undefined) jar.cookies.set(name, value)
      }
      /** @type {Buffer[]} */
      const chunks = []
      res.on('data', (chunk) => chunks.push(chunk))
      res.on('end', () => {
        const body = Buffer.concat(chunks).toString()
        if (res.statusCode === 200) resolve(body)
        else reject(new Error(`${method} ${path} was answered with ${res.statusCode}`))
      })
    })
    req.on('error', reject)
    req.end()
  })
}
