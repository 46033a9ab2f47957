import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Balancer, BalancerOptions, Server } from './balancer.ts'
import { freePort } from './free-port.ts'
import type { ConfigurationWithout } from './reloaded-balancer.ts'
import { ReloadedBalancer } from './reloaded-balancer.ts'
import { CADDY } from './requirements.ts'
import { waitFor } from './wait-for.ts'

/** The page that tells users how to do this: what it shows is what runs. */
const PAGE = new URL('../../docs/guides/load-balancers/caddy.md', import.meta.url)
const FENCED = /^```caddy\n([^]*?)^```$/gm
const EXAMPLE = 'worker-1'
/** A matcher and what it is for; the last one has none. */
const HANDLE = /^(?: {2}@(?<name>\S+) .*\n)? {2}handle .*\{\n[^]*?^ {2}\}\n/gm
const UPSTREAMS = /(?<=reverse_proxy )[^{]*(?= \{)/
/** A worker that waits for its turn on a busy machine is not down. One that is does not take a connection at all. */
const PATIENCE = '20s'

/** A real Caddy, with the configuration of our guide. */
export class Caddy extends ReloadedBalancer implements Balancer {
  readonly url: string
  readonly #folder: string
  readonly #admin: string
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  output = ''

  private constructor(
    folder: string,
    ports: Readonly<Record<'site' | 'admin', number>>,
    without: ConfigurationWithout,
    down: ReadonlySet<string>,
  ) {
    super(without, down)
    this.url = `http://127.0.0.1:${ports.site}`
    this.#admin = `http://127.0.0.1:${ports.admin}`
    this.#folder = folder
    const args = ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile']
    // It keeps things in its home.
    const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder }
    this.#child = spawn(CADDY, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
    this.#exited = new Promise((resolve) => this.#child.once('close', resolve))
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk) => (this.output += String(chunk)))
    }
  }

  /** It knows of no worker that is up. */
  static async spawn(options: BalancerOptions): Promise<Caddy> {
    const folder = await mkdtemp(join(tmpdir(), 'caddy-'))
    const ports = { site: await freePort(), admin: await freePort() }
    const page = await readFile(PAGE, 'utf8')
    const down = new Set(options.servers.map(({ name }) => name))
    const without: ConfigurationWithout = (those) => configuration(page, options, ports, those)
    await writeFile(join(folder, 'Caddyfile'), without(down))
    return new Caddy(folder, ports, without, down)
  }

  async listening(): Promise<void> {
    await waitFor('Caddy listens', async () => this.#child.exitCode !== null || (await fetch(this.url)).status > 0)
    if (this.#child.exitCode !== null) throw new Error(`Caddy ended:\n${this.output}`)
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** As `caddy reload` does. */
  protected async readAgain(text: string): Promise<void> {
    const headers = { 'content-type': 'text/caddyfile' }
    const answer = await fetch(`${this.#admin}/load`, { method: 'POST', headers, body: text })
    if (!answer.ok) throw new Error(`Caddy refused its configuration: ${await answer.text()}`)
  }
}

/** The page's, with our cookie, addresses and workers in the place of its examples. */
function configuration(
  page: string,
  { servers, by }: BalancerOptions,
  ports: Readonly<Record<'site' | 'admin', number>>,
  down: ReadonlySet<string>,
): string {
  const [whole = '', routed = ''] = [...page.matchAll(FENCED)].map(([, text]) => text)
  const up = servers.filter(({ name }) => !down.has(name))
  return whole
    .replace(HANDLE, (block, name: string | undefined) => {
      if (name === undefined) return withUpstreams(block, up.length > 0 ? up : servers)
      if (name !== EXAMPLE) return ''
      const own = by === 'suffix' ? block : block.replace(/^.*\n/, routed)
      return up.map((server) => withUpstreams(own.replaceAll(EXAMPLE, server.name), ownFirst(server, up))).join('')
    })
    .replaceAll('connect\\.sid', 'shop\\.sid')
    .replace(/(dial_timeout|response_header_timeout) .*/g, `$1 ${PATIENCE}`)
    .replace('admin localhost:2019', `admin 127.0.0.1:${ports.admin}\n  auto_https off\n  default_bind 127.0.0.1`)
    .replace(/^:80 /m, `:${ports.site} `)
}

function ownFirst(own: Server, servers: readonly Server[]): Server[] {
  return [own, ...servers.filter((server) => server !== own)]
}

function withUpstreams(block: string, servers: readonly Server[]): string {
  return block.replace(UPSTREAMS, servers.map(({ port }) => `127.0.0.1:${port}`).join(' '))
}
