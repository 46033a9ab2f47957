import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { ClientFrames } from './client-frames.ts'
import type { ClientMessage } from './client-frames.ts'
import { MemberMessages } from './member-messages.ts'
import { kindOf } from './request-kinds.ts'
import type { RequestCounts, RequestKind } from './request-kinds.ts'

/** Keys of what workers keep for themselves, and look after whether there are requests or not. */
const HOUSEHOLD = 'hazelcast-session.'

interface Line {
  readonly near: Socket
  readonly far: Socket
  readonly frames: ClientFrames
  readonly answers: MemberMessages
}

/**
 * Stands in front of one member, on the member's public address, so that clients and other members come this way.
 * Counts what clients ask of maps for sessions, and can delay or cut the connections of clients, lose their events, or hold
 * back what was answered to them.
 */
export class TcpProxy {
  readonly #server: Server
  readonly #lines = new Set<Line>()
  readonly #counts = new Map<RequestKind, number>()
  #delay = 0
  #isCut = false
  /** What goes on while clients are cut. */
  #spared: ReadonlySet<unknown> = new Set()
  #losesEvents = false
  #answerDelay = 0
  #held = 0

  private constructor(server: Server) {
    this.#server = server
  }

  static async listen(port: number, targetPort: number): Promise<TcpProxy> {
    const server = createServer()
    const proxy = new TcpProxy(server)
    server.on('connection', (near) => proxy.#join(near, targetPort))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
    return proxy
  }

  /** What clients have asked of maps for sessions since the last `reset`. */
  get counts(): RequestCounts {
    return Object.fromEntries(this.#counts)
  }

  reset(): void {
    this.#counts.clear()
  }

  /** Holds back what clients send for this many ms. Applies to what comes from now on. */
  delayClients(ms: number): void {
    this.#delay = ms
  }

  /** Keeps from clients what their listeners should hear of entries. */
  loseEvents(): void {
    this.#losesEvents = true
  }

  /** Holds back the next answer to a `get` for this many ms; events, and other answers, pass it. */
  delayNextRead(ms: number): void {
    this.#answerDelay = ms
  }

  /** Whether an answer is held back just now. */
  get isHoldingRead(): boolean {
    return this.#held > 0
  }

  /** The connections of clients that there are now: each worker has one. */
  get clients(): ReadonlySet<unknown> {
    return new Set([...this.#lines].filter(({ frames }) => frames.isClient))
  }

  /** Ends the connections of clients but for `spared`, and refuses new ones; members go on talking to each other. */
  cutClients(spared: ReadonlySet<unknown> = new Set()): void {
    this.#isCut = true
    this.#spared = spared
    for (const line of this.#lines) if (this.#isLost(line)) end(line)
  }

  /** From now on everything passes as it comes. */
  mend(): void {
    this.#isCut = false
    this.#losesEvents = false
    this.#answerDelay = 0
  }

  async close(): Promise<void> {
    for (const line of this.#lines) end(line)
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
    })
  }

  #join(near: Socket, targetPort: number): void {
    const far = connect(targetPort, '127.0.0.1')
    const line: Line = {
      near,
      far,
      frames: new ClientFrames((message) => this.#count(message)),
      answers: new MemberMessages(),
    }
    this.#lines.add(line)
    for (const socket of [near, far]) {
      socket.setNoDelay(true)
      socket.on('error', () => end(line))
      socket.on('close', () => {
        end(line)
        this.#lines.delete(line)
      })
    }
    far.on('data', (chunk) => this.#answer(line, chunk))
    near.on('data', (chunk) => this.#pass(line, chunk))
  }

  #pass(line: Line, chunk: Buffer): void {
    line.frames.read(chunk)
    if (this.#isLost(line)) return end(line)
    if (this.#delay === 0 || !line.frames.isClient) line.far.write(chunk)
    else setTimeout(() => line.far.write(chunk), this.#delay)
  }

  #isLost(line: Line): boolean {
    return this.#isCut && line.frames.isClient === true && !this.#spared.has(line)
  }

  /** What a member sends: to another member as it comes, to a client message by message. */
  #answer({ near, frames, answers }: Line, chunk: Buffer): void {
    if (frames.isClient !== true) return void near.write(chunk)
    for (const { kind, bytes } of answers.read(chunk)) {
      if (kind === 'entry event' && this.#losesEvents) continue
      const delay = kind === 'answer to get' ? this.#answerDelay : 0
      if (delay === 0) {
        near.write(bytes)
        continue
      }
      this.#answerDelay = 0
      this.#held += 1
      setTimeout(() => {
        this.#held -= 1
        near.write(bytes)
      }, delay)
    }
  }

  #count({ type, key }: ClientMessage): void {
    const kind = key.startsWith(HOUSEHOLD) ? undefined : kindOf(type)
    if (kind) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1)
  }
}

function end({ near, far }: Line): void {
  near.destroy()
  far.destroy()
}
