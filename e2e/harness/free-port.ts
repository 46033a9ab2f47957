import { createServer } from 'node:net'

/**
 * Below the ports that systems hand out on their own, so that nobody's outgoing connection sits on the port of a member
 * that is down and shall come back.
 */
const FIRST = 21_000
const COUNT = 9000
const given = new Set<number>()

/** A port of loopback that nobody listens on, given once in this process. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT)
    if (given.has(port) || !(await canListen(port))) continue
    given.add(port)
    return port
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
