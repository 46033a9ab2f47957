import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.ts'
import { waitFor } from './wait-for.ts'

const PROGRAM = fileURLToPath(new URL('../../apps/demo/dist/demo.js', import.meta.url))

/** The demo, as `npm start` runs it, at ports of its own. */
export class DemoProcess {
  readonly #child: ChildProcess
  #url: string | undefined

  private constructor(child: ChildProcess) {
    this.#child = child
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.#url ??= /http:\/\/\S+/.exec(line)?.[0]
      })
    }
  }

  static async start(): Promise<DemoProcess> {
    const ports = await Promise.all([freePort(), freePort(), freePort()])
    const env = {
      ...process.env,
      PORT: '0',
      HZ_SESSION_CLUSTER_MEMBERS: ports.map((port) => `127.0.0.1:${port}`).join(','),
    }
    const demo = new DemoProcess(spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'inherit'] }))
    await waitFor('the demo listens', () => demo.#url)
    return demo
  }

  get url(): string {
    return this.#url ?? ''
  }

  /** SIGTERM, as Ctrl-C: resolves with the exit code when it has stopped all it started. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await ended
    return this.#child.exitCode
  }
}
