import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Balancer } from './balancer.ts'
import { News } from './news.ts'
import { WorkerProcess } from './worker-process.ts'

const PORT = Number(process.env['PORT'] ?? 3000)
const NAMES = ['w1', 'w2', 'w3']
/** Members of this demo and of no other. */
const CLUSTER = { HZ_SESSION_CLUSTER_NAME: 'hazelcast-session-demo' }
const COMMAND = /^\/demo\/(w[1-3])\/(kill|kill-member|start)$/

/** The page comes from the balancer: it is there when no worker is. */
const PUBLIC = new URL('../public/', import.meta.url)
const FILES: Readonly<Record<string, { readonly name: string; readonly type: string }>> = {
  '/': { name: 'page.html', type: 'text/html; charset=utf-8' },
  '/static/page.css': { name: 'page.css', type: 'text/css' },
  '/static/page.js': { name: 'page.js', type: 'text/javascript' },
}

const news = new News()
const workers = NAMES.map(
  (name) =>
    new WorkerProcess({
      name,
      env: CLUSTER,
      onNews: (text) => news.tell('news', { text, at: Date.now() }),
      onChange: () => news.tell('change', states()),
    }),
)
const balancer = new Balancer(workers)
for (const worker of workers) worker.start()

const server = createServer((from, to) => {
  const file = FILES[from.url ?? '']
  if (file) return void to.setHeader('content-type', file.type).end(readFileSync(new URL(file.name, PUBLIC)))
  if (from.url === '/demo/events') return news.attend(to)
  if (from.url === '/demo/state') return void to.setHeader('cache-control', 'no-store').end(JSON.stringify(states()))
  if (from.url?.startsWith('/demo/') === true) return command(from, to)
  balancer.pass(from, to)
})
server.listen(PORT, '127.0.0.1', () => {
  const address = server.address()
  console.log(`The demo: http://127.0.0.1:${typeof address === 'object' ? address?.port : PORT}/   (Ctrl-C stops it)`)
})
server.once('error', (error) => {
  console.error(`The demo cannot listen on port ${PORT} (${error.message}): set PORT to another one.`)
  process.exitCode = 1
  void stop()
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    console.log('Stopping the workers and their members ...')
    void stop()
  })
}

function states(): unknown {
  return workers.map(({ state }) => state)
}

/** What the page's buttons ask for; nobody else's page may. */
function command(from: IncomingMessage, to: ServerResponse): void {
  const [, name, act] = COMMAND.exec(from.url ?? '') ?? []
  const worker = workers.find((candidate) => candidate.name === name)
  const site = from.headers['sec-fetch-site'] ?? 'none'
  if (!worker || from.method !== 'POST') return void to.writeHead(404).end()
  if (site !== 'same-origin' && site !== 'none') return void to.writeHead(403).end()
  if (act === 'kill') worker.kill()
  if (act === 'kill-member') worker.killMember()
  if (act === 'start') worker.start()
  to.writeHead(204).end()
}

async function stop(): Promise<void> {
  news.close()
  server.close()
  server.closeAllConnections()
  await Promise.all(workers.map((worker) => worker.stop()))
}
