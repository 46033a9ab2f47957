// A process that starts a member and then ends in the way it is told: `node parent.mjs <way> <port>`.
// It writes one line of JSON about the member when that is ready.
import { startMember } from '@hazelcast-session/member'

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const [way, port] = process.argv.slice(2)
const gracefulSeconds = Number(process.env['MEMBER_GRACEFUL_SECONDS'] ?? 10)
const member = await startMember({ port: Number(port), gracefulSeconds, log: silent })
process.stdout.write(`${JSON.stringify({ pid: member.pid, address: member.address })}\n`)

if (way === 'uncaught-throw') throw new Error('thrown by the parent')
if (way === 'process-exit') process.exit(0)
if (way === 'stop') await member.stop()
// Killed from outside: stay until then.
if (way === 'stay') setInterval(() => undefined, 60_000)
