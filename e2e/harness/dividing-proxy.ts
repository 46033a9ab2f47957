import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'

/** `CP2`, with which a client begins its connection; members begin theirs with something else. */
const CLIENT_HEADER = 'CP2'

type Caller = 'client' | 'member'

interface Line {
  readonly near: Socket
  readonly far: Socket
  caller: Caller | undefined
}

/**
 * Stands in front of one member, on the member's public address. Can swallow what other members say to it, as a broken
 * switch does: their connections stay open and nothing comes through, new ones come to nothing, and clients are served as
 * ever.
 */
export class DividingProxy {
  readonly #server: Server
  readonly #lines = new Set<Line>()
  #isDivided = false

  private constructor(server: Server) {
    this.#server = server
  }

  static async listen(port: number, targetPort: number): Promise<DividingProxy> {
    const server = createServer()
    const proxy = new DividingProxy(server)
    server.on('connection', (near) => proxy.#join(near, targetPort))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
    return proxy
  }

  /** From now on nothing goes through between this member and others. */
  divide(): void {
    this.#isDivided = true
  }

  /** Members can talk again, on new connections: on the old ones a part of what was said is missing. */
  heal(): void {
    this.#isDivided = false
    this.#endMembers()
  }

  async close(): Promise<void> {
    for (const line of this.#lines) end(line)
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
    })
  }

  #endMembers(): void {
    for (const line of this.#lines) if (line.caller !== 'client') end(line)
  }

  #join(near: Socket, targetPort: number): void {
    const far = connect(targetPort, '127.0.0.1')
    const line: Line = { near, far, caller: undefined }
    this.#lines.add(line)
    for (const socket of [near, far]) {
      socket.setNoDelay(true)
      socket.on('error', () => end(line))
      socket.on('close', () => {
        end(line)
        this.#lines.delete(line)
      })
    }
    near.on('data', (chunk) => {
      const isNew = line.caller === undefined
      line.caller ??= chunk.toString('latin1', 0, CLIENT_HEADER.length) === CLIENT_HEADER ? 'client' : 'member'
      if (this.#passes(line)) far.write(chunk)
      else if (isNew) end(line)
    })
    far.on('data', (chunk) => {
      if (this.#passes(line)) near.write(chunk)
    })
  }

  #passes(line: Line): boolean {
    return !this.#isDivided || line.caller === 'client'
  }
}

function end({ near, far }: Line): void {
  near.destroy()
  far.destroy()
}
