import { once } from 'node:events'
import type { Server } from 'node:http'

/**
 * Ms that a server keeps an idle connection: longer than balancers and browsers use one. Node's 5 s end it in the moment in
 * which somebody sends the next request, and always after a pause of the machine, as timers come before what waits there.
 */
const KEEP_ALIVE = 75_000
/** The same, of a server that is about to close: it waits for connections that become idle only then. */
const KEEP_ALIVE_AT_END = 1000

/** Resolves with the address at which a server listens that was told to. */
export async function opened(server: Server): Promise<string> {
  server.keepAliveTimeout = KEEP_ALIVE
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens at no port.')
  return `http://${address.address}:${address.port}`
}

/** Resolves when requests under way are answered. */
export async function closed(server: Server): Promise<void> {
  server.keepAliveTimeout = KEEP_ALIVE_AT_END
  server.close()
  await once(server, 'close')
}
