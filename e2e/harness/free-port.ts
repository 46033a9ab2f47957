import { createServer } from 'node:net'

/**
 * Below the ports that systems hand out on their own, so that nobody's outgoing connection sits on the port of a member
 * that is down and shall come back.
 */
const FIRST = 21_000
const COUNT = 1000
/** Test files that run at the same time have ports apart: what is free for one may be that of another's member that is down. */
const OFFSET = ((Number(process.env['VITEST_POOL_ID'] ?? 1) - 1) % 9) * COUNT
const given = new Set<number>()

/** A port of loopback that nobody listens on, given once in this process. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + OFFSET + Math.floor(Math.random() * COUNT)
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
