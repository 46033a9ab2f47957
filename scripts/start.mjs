import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ROOT, run } from './command.mjs'

const WORKERS = [
  { name: 'w1', port: 3001 },
  { name: 'w2', port: 3002 },
]

async function main() {
  console.log('start: building ...')
  if ((await run('turbo', ['run', 'build', '--output-logs=errors-only'])) !== 0) return fail('the build failed')

  console.log('start: starting a Hazelcast member (the first time its jar is fetched by Maven) ...')
  const { startMember } = await import(join(ROOT, 'packages/member/dist/index.js'))
  const member = await startMember()
  const workers = WORKERS.map((worker) => startWorker(worker, member))
  await Promise.all(workers.map(({ isListening }) => isListening))
  describe(member, workers)
  await stopRequest()

  console.log('\nstart: stopping ...')
  for (const { child } of workers) child.kill('SIGTERM')
  await Promise.all(workers.map(({ hasEnded }) => hasEnded))
  await member.stop()
}

/**
 * Another process of the example shop, which is asked to use the member.
 * @param {{ name: string, port: number }} worker
 * @param {{ address: string, clusterName: string }} member
 */
function startWorker({ name, port }, member) {
  const child = spawn(process.execPath, [join(ROOT, 'apps/express/dist/server.js')], {
    env: {
      ...process.env,
      PORT: String(port),
      HZ_SESSION_CLUSTER_MEMBERS: member.address,
      HZ_SESSION_CLUSTER_NAME: member.clusterName,
      HZ_SESSION_WORKER_NAME: name,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    // Ctrl-C is for this process, which then stops the workers in order.
    detached: true,
  })
  process.once('exit', () => child.kill('SIGKILL'))
  const hasEnded = new Promise((resolve) => child.once('exit', resolve))
  /** @type {Promise<void>} */
  const isListening = new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      if (String(chunk).includes('http://')) resolve()
    })
    child.once('exit', (code) => reject(new Error(`worker ${name} ended with ${code}; is port ${port} free?`)))
  })
  return { name, port, child, hasEnded, isListening }
}

/**
 * @param {{ address: string, clusterName: string }} member
 * @param {ReturnType<typeof startWorker>[]} workers
 */
function describe(member, workers) {
  console.log(`\n  member  ${member.address}  (cluster ${member.clusterName})`)
  for (const { name, port, child } of workers) {
    console.log(`  worker  http://127.0.0.1:${port}/  (${name}, pid ${child.pid})`)
  }
  console.log(`
Log in at one worker, then open the other: you are logged in there too. Stop one with

  kill -9 ${workers[0]?.child.pid}

and go on at the other. Ctrl-C stops everything.`)
}

function stopRequest() {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, resolve)
  })
}

/** @param {string} reason */
function fail(reason) {
  console.error(`start: ${reason}`)
  // Not only the code: workers that did start would keep this process.
  process.exit(1)
}

await main().catch((error) => fail(error instanceof Error ? error.message : String(error)))
