import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Balancer, BalancerOptions } from './balancer.ts'
import { freePort } from './free-port.ts'
import { APACHE } from './requirements.ts'
import { waitFor } from './wait-for.ts'

/** The page that tells users how to do this: what it shows is what runs. */
const PAGE = new URL('../../docs/guides/load-balancers/apache.md', import.meta.url)
const FENCED = /^```apache\n([^]*?)^```$/gm
const ENABLED = /`a2enmod ([^`]*)`/
/** What Debian enables by itself, as far as this configuration needs it. */
const USUAL = ['mpm_event', 'authz_core']
const MODULES = '/usr/lib/apache2/modules'
/** Seconds. A worker that waits for its turn on a busy machine is not down. One that is does not take a connection at all. */
const PATIENCE = 20
/** Where the test learns of what Apache thinks of its members. */
const MANAGER = '/balancer-manager'
/** What it shows of a member that gets no requests: a failed health check, an error, or a stop. */
const OUT = /HcFl|Err|Dis|Stop/

/** A real Apache httpd, with the configuration of our guide. */
export class Apache implements Balancer {
  readonly url: string
  readonly #folder: string
  readonly #ports: ReadonlyMap<string, number>
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  output = ''

  private constructor(url: string, folder: string, ports: ReadonlyMap<string, number>, child: ChildProcess) {
    this.url = url
    this.#folder = folder
    this.#ports = ports
    this.#child = child
    this.#exited = new Promise((resolve) => child.once('close', resolve))
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (this.output += String(chunk)))
  }

  static async spawn(options: BalancerOptions): Promise<Apache> {
    const folder = await mkdtemp(join(tmpdir(), 'apache-'))
    const port = await freePort()
    const file = join(folder, 'httpd.conf')
    await writeFile(file, configuration(await readFile(PAGE, 'utf8'), options, port, folder))
    const child = spawn(APACHE, ['-D', 'FOREGROUND', '-f', file], { stdio: ['ignore', 'pipe', 'pipe'] })
    const ports = new Map(options.servers.map((server) => [server.name, server.port]))
    return new Apache(`http://127.0.0.1:${port}`, folder, ports, child)
  }

  async listening(): Promise<void> {
    await waitFor('Apache listens', async () => this.#child.exitCode !== null || (await this.#manager()) !== '')
    if (this.#child.exitCode !== null) throw new Error(`Apache ended:\n${this.output}${await this.#log()}`)
  }

  welcome(name: string): Promise<void> {
    return this.#marked(name, 'up')
  }

  /** The worker says by its health that it goes. */
  retire(name: string, terminate: () => void): Promise<void> {
    terminate()
    return this.#marked(name, 'down')
  }

  async stop(): Promise<void> {
    // At once as well, but with its own processes, which SIGKILL would leave behind.
    this.#child.kill('SIGTERM')
    await this.#exited
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Resolves when health checks have found this worker to be up, or to be down. */
  async #marked(name: string, status: 'up' | 'down'): Promise<void> {
    const address = `http://127.0.0.1:${this.#ports.get(name)}<`
    await waitFor(`Apache has marked ${name} ${status}`, async () => {
      const row = (await this.#manager()).split('<tr>').find((text) => text.includes(address))
      return row !== undefined && (OUT.test(row) ? 'down' : 'up') === status
    })
  }

  #log(): Promise<string> {
    return readFile(join(this.#folder, 'error.log'), 'utf8').catch(() => '')
  }

  async #manager(): Promise<string> {
    return (await fetch(this.url + MANAGER)).text()
  }
}

/** The page's, with our cookie, addresses and workers in the place of its examples, in a folder of its own. */
function configuration(page: string, { servers, by }: BalancerOptions, port: number, folder: string): string {
  const [whole = '', routed = ''] = [...page.matchAll(FENCED)].map(([, text]) => text)
  const [, enabled = ''] = ENABLED.exec(page) ?? []
  const modules = [...USUAL, ...enabled.split(' ')].map(
    (name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so\n`,
  )
  const [example = ''] = whole.split('\n').filter((line) => line.includes('BalancerMember'))
  const members = servers.map((server) =>
    example.replaceAll('worker-1', server.name).replace(/\d+\.\d+\.\d+\.\d+:\d+/, `127.0.0.1:${server.port}`),
  )
  const host = whole
    .replace(/^.*BalancerMember[^]*BalancerMember.*$/m, members.join('\n'))
    .replace(/^.*RequestHeader edit.*\n/m, (line) => (by === 'suffix' ? line : ''))
    .replace(/^.*ProxySet.*\n/m, (line) => (by === 'suffix' ? line : routed))
    .replace('connect\\.sid', 'shop\\.sid')
    .replaceAll('connectiontimeout=1', `connectiontimeout=${PATIENCE}`)
    .replace('ProxyTimeout 10', `ProxyTimeout ${PATIENCE}`)
    .replace('*:80', `127.0.0.1:${port}`)
    .replace('  ProxyPass ', `  ProxyPass "${MANAGER}" "!"\n  ProxyPass `)
  return `${modules.join('')}ServerRoot ${folder}
ServerName localhost
PidFile httpd.pid
ErrorLog error.log
DefaultRuntimeDir ${folder}
Mutex pthread
Listen 127.0.0.1:${port}
<Location "${MANAGER}">
  SetHandler balancer-manager
</Location>
${host}`
}
