import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BALANCER_PATIENCE } from './balancer.ts'
import type { Balancer, BalancerOptions, Server } from './balancer.ts'
import { freePort } from './free-port.ts'
import { HAPROXY } from './requirements.ts'
import { waitFor } from './wait-for.ts'

/** The page that tells users how to do this: what it shows is what runs. */
const PAGE = new URL('../../docs/guides/load-balancers/haproxy.md', import.meta.url)
const FENCED = /^```haproxy\n([^]*?)^```$/gm
/** The back ends of a site of two applications. */
const APPLICATIONS = ['account', 'app'] as const
type Application = (typeof APPLICATIONS)[number]
/** Of the lines of `show stat`. */
const COLUMN = { server: 1, sessions: 4, status: 17 } as const

/** What of the options is not in the configuration of servers. */
type Manner = Pick<BalancerOptions, 'patience' | 'retiredBy'>

/** A real HAProxy, with the configuration of our guide. */
export class HAProxy implements Balancer {
  readonly url: string
  readonly #folder: string
  readonly #retiredBy: BalancerOptions['retiredBy']
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  output = ''

  private constructor(url: string, folder: string, child: ChildProcess, retiredBy: BalancerOptions['retiredBy']) {
    this.url = url
    this.#folder = folder
    this.#retiredBy = retiredBy
    this.#child = child
    this.#exited = new Promise((resolve) => child.once('close', resolve))
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (this.output += String(chunk)))
  }

  static spawn(options: BalancerOptions): Promise<HAProxy> {
    return HAProxy.#start((blocks) => configuration(blocks, options), options)
  }

  /** One site of two applications, as the guide has it: `/account` is one's, all else the other's. */
  static spawnForTwo(servers: Readonly<Record<Application, readonly Server[]>>): Promise<HAProxy> {
    return HAProxy.#start((blocks) => configurationForTwo(blocks, servers))
  }

  static async #start(
    configured: (blocks: readonly string[]) => string,
    { patience = BALANCER_PATIENCE, retiredBy }: Manner = {},
  ): Promise<HAProxy> {
    const folder = await mkdtemp(join(tmpdir(), 'haproxy-'))
    const port = await freePort()
    const file = join(folder, 'haproxy.cfg')
    const blocks = Array.from((await readFile(PAGE, 'utf8')).matchAll(FENCED), ([, text = '']) => text)
    await writeFile(file, adapted(configured(blocks), port, socketIn(folder), patience))
    const child = spawn(HAPROXY, ['-db', '-f', file], { stdio: ['ignore', 'pipe', 'pipe'] })
    return new HAProxy(`http://127.0.0.1:${port}`, folder, child, retiredBy)
  }

  async listening(): Promise<void> {
    const hasAnswered = async (): Promise<boolean> => this.#child.exitCode !== null || (await this.#stat()).length > 0
    await waitFor('HAProxy listens', hasAnswered)
    if (this.#child.exitCode !== null) throw new Error(`HAProxy ended:\n${this.output}`)
  }

  async welcome(name: string): Promise<void> {
    if (this.#retiredBy === 'operator') await this.#ask(`set server app/${name} state ready`)
    await this.#marked(name, 'UP')
  }

  async retire(name: string, terminate: () => void): Promise<void> {
    if (this.#retiredBy === 'operator') {
      await this.#ask(`set server app/${name} state maint`)
      await this.#marked(name, 'MAINT')
      // Node closes connections that are idle as far as it knows, also one on which a request waits to be read.
      await waitFor(
        `HAProxy waits for no answer of ${name}`,
        async () => (await this.#lineOf(name))?.[COLUMN.sessions] === '0',
      )
      terminate()
    } else {
      terminate()
      await this.#marked(name, 'DOWN')
    }
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Resolves when health checks have found this worker to be up, or to be down, or when it is out of service. */
  async #marked(name: string, status: 'UP' | 'DOWN' | 'MAINT'): Promise<void> {
    await waitFor(`HAProxy has marked ${name} ${status}`, async () => {
      const line = await this.#lineOf(name)
      // `DOWN 1/2` is on its way up.
      return line?.[COLUMN.status] === status
    })
  }

  async #lineOf(name: string): Promise<string[] | undefined> {
    const lines = await this.#stat()
    return lines.find((columns) => columns[COLUMN.server] === name)
  }

  #ask(command: string): Promise<string> {
    return ask(socketIn(this.#folder), `${command}\n`)
  }

  async #stat(): Promise<string[][]> {
    const text = await this.#ask('show stat')
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

const IS_SUFFIX = /txn\.worker/
const IS_SERVER = /^ {2}server /

/** The page's, with our workers in the place of its examples. */
function configuration([whole = '', routed = '']: readonly string[], { servers, by }: BalancerOptions): string {
  const kept = whole.split('\n').filter((line) => !IS_SERVER.test(line) && (by === 'suffix' || !IS_SUFFIX.test(line)))
  const further = by === 'route cookie' ? withServers(routed, servers) : serverLines(whole, servers)
  return [...kept, further].join('\n')
}

/** The same with the page's front end and back ends of two applications, which go on as its first one. */
function configurationForTwo(
  [whole = '', , two = '']: readonly string[],
  servers: Readonly<Record<Application, readonly Server[]>>,
): string {
  const [before = ''] = whole.split(/^frontend /m)
  const [, first = ''] = whole.split(/^backend .*\n/m)
  const common = first.split('\n').filter((line) => !IS_SERVER.test(line) && !IS_SUFFIX.test(line))
  const sections = two.split(/^(?=backend )/m).map((section) => {
    const application = APPLICATIONS.find((name) => section.startsWith(`backend ${name}\n`))
    if (!application) return section
    const [head = '', ...own] = section.split('\n')
    return [head, ...common, withServers(own.join('\n'), servers[application])].join('\n')
  })
  return [before, ...sections].join('\n')
}

/** A part of the page, with these servers in the place of its examples. */
function withServers(block: string, servers: readonly Server[]): string {
  const kept = block.split('\n').filter((line) => !IS_SERVER.test(line))
  return [...kept, serverLines(block, servers)].join('\n')
}

/** The first server line once for each. */
function serverLines(block: string, servers: readonly Server[]): string {
  const example = /^ {2}server (\S+) .*$/m.exec(block)
  const [line = '', exampleName = ''] = example ?? []
  return servers
    .map(
      ({ name, port }) =>
        `${line.replaceAll(exampleName, name).replace(/\d+\.\d+\.\d+\.\d+:\d+/, `127.0.0.1:${port}`)}\n`,
    )
    .join('')
}

/** With our cookie and addresses, and more patience. */
function adapted(text: string, port: number, socket: string, patience: number): string {
  return (
    text
      .replace('connect.sid', 'shop.sid')
      // A worker that waits for its turn on a busy machine is not down. One that is does not take a connection at all.
      .replace(/timeout (connect|check) .*/g, `timeout $1 ${patience}s`)
      .replace('timeout server 10s', `timeout server ${patience}s`)
      .replace('bind :80', `bind 127.0.0.1:${port}`)
      .replace('global\n', `global\n  stats socket ${socket} level admin\n`)
  )
}
