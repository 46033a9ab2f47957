import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BALANCER_PATIENCE } from './balancer.ts'
import type { Balancer, BalancerOptions, Server } from './balancer.ts'
import { freePort } from './free-port.ts'
import type { ConfigurationWithout } from './reloaded-balancer.ts'
import { ReloadedBalancer } from './reloaded-balancer.ts'
import { NGINX } from './requirements.ts'
import { waitFor } from './wait-for.ts'

/** The page that tells users how to do this: what it shows is what runs. */
const PAGE = new URL('../../docs/guides/load-balancers/nginx.md', import.meta.url)
const FENCED = /^```nginx\n([^]*?)^```$/gm
/** What stands directly in `http`. */
const BLOCK = /^ {2}(\S.*) \{\n[^]*?^ {2}\}\n/gm
const EXAMPLE = 'worker-1'
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  .map((what) => `  ${what}_temp_path temp-${what};\n`)
  .join('')
const ADDRESS = /\d+\.\d+\.\d+\.\d+:\d+/

/** A real nginx, with the configuration of our guide. */
export class Nginx extends ReloadedBalancer implements Balancer {
  readonly url: string
  readonly repeatsAfter: number
  readonly #folder: string
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  output = ''

  private constructor(
    port: number,
    folder: string,
    without: ConfigurationWithout,
    {
      down,
      patience = BALANCER_PATIENCE,
    }: { readonly down: ReadonlySet<string>; readonly patience: number | undefined },
  ) {
    super(without, down)
    this.repeatsAfter = patience * 1000
    this.url = `http://127.0.0.1:${port}`
    this.#folder = folder
    const options = ['-p', folder, '-c', fileIn(folder), '-g', 'daemon off; pid nginx.pid;']
    this.#child = spawn(NGINX, options, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#exited = new Promise((resolve) => this.#child.once('close', resolve))
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk) => (this.output += String(chunk)))
    }
  }

  /** It knows of no worker that is up. */
  static async spawn(options: BalancerOptions): Promise<Nginx> {
    const folder = await mkdtemp(join(tmpdir(), 'nginx-'))
    // Started by root, its workers are somebody else.
    await chmod(folder, 0o755)
    const port = await freePort()
    const page = await readFile(PAGE, 'utf8')
    const down = new Set(options.servers.map(({ name }) => name))
    const without: ConfigurationWithout = (those) => configuration(page, options, port, those)
    await writeFile(fileIn(folder), without(down))
    return new Nginx(port, folder, without, { down, patience: options.patience })
  }

  async listening(): Promise<void> {
    const { hostname, port } = new URL(this.url)
    await waitFor('nginx listens', async () => this.#child.exitCode !== null || (await isOpen(hostname, Number(port))))
    if (this.#child.exitCode !== null) throw new Error(`nginx ended:\n${this.output}`)
  }

  async stop(): Promise<void> {
    // At once as well, but with its own workers, which SIGKILL would leave behind.
    this.#child.kill('SIGTERM')
    await this.#exited
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Until only processes with this configuration are left. */
  protected async readAgain(text: string): Promise<void> {
    await writeFile(fileIn(this.#folder), text)
    const before = await this.#workers()
    this.#child.kill('SIGHUP')
    await waitFor('nginx has read its configuration again', async () => {
      const now = await this.#workers()
      return now.length > 0 && !now.some((pid) => before.includes(pid))
    })
  }

  /** The ids of nginx's own worker processes. */
  async #workers(): Promise<string[]> {
    const { pid } = this.#child
    const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return text.split(' ').filter((child) => child !== '')
  }
}

function fileIn(folder: string): string {
  return join(folder, 'nginx.conf')
}

function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host)
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}

/** The page's, with our cookie, addresses and workers in the place of its examples, in a folder of its own. */
function configuration(
  page: string,
  { servers, by, patience = BALANCER_PATIENCE }: BalancerOptions,
  port: number,
  down: ReadonlySet<string>,
): string {
  const [whole = '', routed = '', anywhere = ''] = [...page.matchAll(FENCED)].map(([, text]) => text)
  const parts: Readonly<Record<string, (block: string) => string>> = {
    'map $http_cookie $session_worker': (block) => (by === 'suffix' ? block : ''),
    'map $session_worker $workers': (block) =>
      by === 'nothing' ? '' : forEachWorker(by === 'suffix' ? block : routed, servers),
    'upstream app': (block) => withServers(block, servers, down),
    [`upstream ${EXAMPLE}`]: (block) => (by === 'nothing' ? '' : upstreams(block, servers, down)),
    'upstream worker-2': () => '',
  }
  const text = whole.replace(BLOCK, (block, head: string) => parts[head]?.(block) ?? block)
  return (by === 'nothing' ? text.replace(/^.*proxy_pass .*\n/m, anywhere) : text)
    .replace('connect\\.sid', 'shop\\.sid')
    .replace(/proxy_(connect|read)_timeout .*/g, `proxy_$1_timeout ${patience}s;`)
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replace('http {\n', `error_log stderr warn;\nhttp {\n  access_log off;\n${TEMPORARY}`)
}

/** The line of the first worker once for each, in the place of those of all examples. */
function forEachWorker(block: string, servers: readonly Server[]): string {
  return block.replace(/(^ +worker-\d+ .*\n)+/m, (lines) => {
    const [example = ''] = lines.split('\n')
    return servers.map(({ name }) => `${example.replaceAll(EXAMPLE, name)}\n`).join('')
  })
}

/** The upstream of the first worker once for each. */
function upstreams(block: string, servers: readonly Server[], down: ReadonlySet<string>): string {
  return servers
    .map((own) => {
      const others = servers.filter((server) => server !== own)
      return withServers(block.replaceAll(EXAMPLE, own.name), [own, ...others], down)
    })
    .join('')
}

/** The page's first server line for the first of these, its second one for all others. */
function withServers(block: string, servers: readonly Server[], down: ReadonlySet<string>): string {
  return block.replace(/(^ +server .*\n)+/m, (lines) => {
    const [first = '', second = ''] = lines.split('\n')
    return servers
      .map(({ name, port }, index) => {
        const line = (index === 0 ? first : second).replace(ADDRESS, `127.0.0.1:${port}`)
        return `${down.has(name) ? line.replace(';', ' down;') : line}\n`
      })
      .join('')
  })
}
