import type { Client } from 'hazelcast-client'

/**
 * Lets members whose connections are silent because this process did nothing answer before they are given up.
 *
 * After a stall (a machine that was paused, code that held the event loop) timers come before what waits on sockets. So the
 * client (5.6.0) finds that every connection was silent for too long, closes them, and fails what is under way and what
 * follows. Here a check that comes late judges nobody; the next one does, by what came back.
 * A client that has no such thing is left as it is.
 */
export function forgiveStalls(client: Client): void {
  const manager: unknown = Reflect.get(Object(Reflect.get(client, 'connectionManager')), 'heartbeatManager')
  const method = 'checkConnection'
  const check: unknown = Reflect.get(Object(manager), method)
  const timeout = Number(Reflect.get(Object(manager), 'heartbeatTimeout'))
  const interval = Number(Reflect.get(Object(manager), 'heartbeatInterval'))
  if (typeof check !== 'function' || Number.isNaN(timeout + interval)) return
  let checkedAt = Date.now()
  let isLate = false
  // All connections are checked with the same time, one after the other.
  Reflect.set(Object(manager), method, (now: number, connection: object, ...rest: readonly unknown[]) => {
    if (now !== checkedAt) isLate = now - checkedAt > 2 * interval
    checkedAt = now
    const asOf = isLate ? Math.min(now, lastReadOf(connection) + timeout) : now
    Reflect.apply(check, manager, [asOf, connection, ...rest])
  })
}

function lastReadOf(connection: object): number {
  const read: unknown = Reflect.get(connection, 'getLastReadTimeMillis')
  return typeof read === 'function' ? Number(Reflect.apply(read, connection, [])) : 0
}
