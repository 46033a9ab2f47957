import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Balancer, BalancerOptions } from './balancer.ts'
import { freePort } from './free-port.ts'
import { HAPROXY } from './requirements.ts'
import { waitFor } from './wait-for.ts'

/** The page that tells users how to do this: what it shows is what runs. */
const PAGE = new URL('../../docs/guides/load-balancers/haproxy.md', import.meta.url)
const FENCED = /^```haproxy\n([^]*?)^```$/gm
const PATIENCE = '20s'
/** Of the lines of `show stat`. */
const COLUMN = { backend: 0, server: 1, status: 17 } as const

/** A real HAProxy, with the configuration of our guide. */
export class HAProxy implements Balancer {
  readonly url: string
  readonly #folder: string
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  #output = ''

  private constructor(url: string, folder: string, child: ChildProcess) {
    this.url = url
    this.#folder = folder
    this.#child = child
    this.#exited = new Promise((resolve) => child.once('close', resolve))
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (this.#output += String(chunk)))
  }

  static async spawn(options: BalancerOptions): Promise<HAProxy> {
    const folder = await mkdtemp(join(tmpdir(), 'haproxy-'))
    const port = await freePort()
    const file = join(folder, 'haproxy.cfg')
    await writeFile(file, configuration(await readFile(PAGE, 'utf8'), options, port, socketIn(folder)))
    const child = spawn(HAPROXY, ['-db', '-f', file], { stdio: ['ignore', 'pipe', 'pipe'] })
    return new HAProxy(`http://127.0.0.1:${port}`, folder, child)
  }

  async listening(): Promise<void> {
    const hasAnswered = async (): Promise<boolean> => this.#child.exitCode !== null || (await this.#stat()).length > 0
    await waitFor('HAProxy listens', hasAnswered)
    if (this.#child.exitCode !== null) throw new Error(`HAProxy ended:\n${this.#output}`)
  }

  welcome(name: string): Promise<void> {
    return this.#marked(name, 'UP')
  }

  /** The worker says by its health that it goes. */
  retire(name: string, terminate: () => void): Promise<void> {
    terminate()
    return this.#marked(name, 'DOWN')
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Resolves when health checks have found this worker to be up, or to be down. */
  async #marked(name: string, status: 'UP' | 'DOWN'): Promise<void> {
    await waitFor(`HAProxy has marked ${name} ${status}`, async () => {
      const lines = await this.#stat()
      const line = lines.find((columns) => columns[COLUMN.backend] === 'app' && columns[COLUMN.server] === name)
      // `DOWN 1/2` is on its way up.
      return line?.[COLUMN.status] === status
    })
  }

  async #stat(): Promise<string[][]> {
    const text = await ask(socketIn(this.#folder), 'show stat\n')
    return text
      .trim()
      .split('\n')
      .map((line) => line.split(','))
  }
}

function socketIn(folder: string): string {
  return join(folder, 'socket')
}

function ask(path: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    let text = ''
    socket.on('error', reject)
    socket.on('data', (chunk) => (text += String(chunk)))
    socket.on('end', () => resolve(text))
    socket.write(command)
  })
}

/** The page's, with our cookie, addresses and workers in the place of its examples, and more patience. */
function configuration(page: string, { servers, by }: BalancerOptions, port: number, socket: string): string {
  const [whole = '', routed = ''] = [...page.matchAll(FENCED)].map(([, text]) => text)
  const isSuffix = /txn\.worker/
  const isServer = /^ {2}server /
  const kept = whole.split('\n').filter((line) => !isServer.test(line) && (by === 'suffix' || !isSuffix.test(line)))
  const further = routed.split('\n').filter((line) => by === 'route cookie' && !isServer.test(line))
  const [example = ''] = (by === 'suffix' ? whole : routed).split('\n').filter((line) => isServer.test(line))
  const lines = servers.map((server) =>
    example.replaceAll('worker-1', server.name).replace(/\d+\.\d+\.\d+\.\d+:\d+/, `127.0.0.1:${server.port}`),
  )
  return (
    [...kept, ...further, ...lines, '']
      .join('\n')
      .replace('connect.sid', 'shop.sid')
      // A worker that waits for its turn on a busy machine is not down. One that is does not take a connection at all.
      .replace(/timeout (connect|check) .*/g, `timeout $1 ${PATIENCE}`)
      .replace('timeout server 10s', `timeout server ${PATIENCE}`)
      .replace('bind :80', `bind 127.0.0.1:${port}`)
      .replace('global\n', `global\n  stats socket ${socket} level user\n`)
  )
}
