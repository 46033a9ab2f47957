// A worker without HTTP: begins sessions, listens to `destroyed`, and says what happens, one JSON object a line. What it
// is comes from HZ_SESSION_..., how many sessions it begins from BEGIN, and how long its listener takes from SLOW, in ms.
import { writeSync } from 'node:fs'
import { SessionManager } from '@hazelcast-session/core'

const begin = Number(process.env['BEGIN'] ?? 0)
const slow = Number(process.env['SLOW'] ?? 0)

/**
 * Out before the next statement runs, so that a kill loses no line.
 * @param {object} line
 */
const say = (line) => writeSync(1, `${JSON.stringify(line)}\n`)

const manager = new SessionManager()
manager.on('destroyed', ({ session, reason }) => {
  say({ destroyed: session.id, reason, attributes: { ...session.attributes } })
  // Whoever listens takes part in the sweep's time.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, slow)
})
await manager.ready()
const sessions = Array.from({ length: begin }, (_, number) => manager.create({ data: { number, step: 'begun' } }))
for (let start = 0; start < begin; start += 20) {
  await Promise.all(
    sessions.slice(start, start + 20).map(async (session) => {
      await session.save()
      session.data['step'] = 'changed'
      await session.save()
      say({ begun: session.id, number: session.data['number'] })
    }),
  )
}
say({ ready: true })
process.once('SIGTERM', () => void manager.close())
