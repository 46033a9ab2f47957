import { Socket } from 'node:net'

const counted = /** @type {{ moduleCopies?: number, saidAfter?: unknown }} */ (globalThis)

/** What the process has come to: loaded modules, connections to members, what `after()` said. */
export function GET() {
  const members = (process.env['HZ_SESSION_CLUSTER_MEMBERS'] ?? '').split(',')
  const ports = new Set(members.map((member) => member.split(':')[1]))
  const connections = handles().filter((handle) => handle instanceof Socket && ports.has(String(handle.remotePort)))
  return Response.json({
    pid: process.pid,
    moduleCopies: counted.moduleCopies ?? 0,
    connections: connections.length,
    saidAfter: counted.saidAfter ?? null,
  })
}

/** What keeps the process alive. @returns {unknown[]} */
function handles() {
  return Reflect.get(process, '_getActiveHandles').call(process)
}
