import type { Client } from 'hazelcast-client'

/**
 * Lets the event loop turn between two tries of the client to register its listener for the cluster's members.
 *
 * Members that die in the same turn of the loop leave connections that are closed, though nobody has been told yet. The
 * client (5.6.0) registers at one of them, is refused, and tries again at once: in one turn without an end, so that it is
 * never told. The process would hang, and grow, for ever. A client that has no such thing is left as it is.
 */
export function giveListenerTurns(client: Client): void {
  const service: unknown = Reflect.get(client, 'clusterViewListenerService')
  const method = 'tryRegisterToRandomConnection'
  const tryAgain: unknown = Reflect.get(Object(service), method)
  if (typeof tryAgain !== 'function') return
  Reflect.set(Object(service), method, (connection: unknown) => {
    setImmediate(() => Reflect.apply(tryAgain, service, [connection]))
  })
}
