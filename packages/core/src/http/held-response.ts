import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { SessionError } from '../session-error.ts'
import type { ResponseHead } from './response-head.ts'
import { applyHead, headOf, restoreHead } from './response-head.ts'

/** What has to happen before a response may leave. */
export interface ResponseGate {
  /**
   * Called once, when the first byte is about to leave: the last moment for a cookie. A promise holds the response until
   * it resolves; when it rejects nothing of this response is sent, and `refuse` is called. `undefined`: go on at once.
   */
  beforeHead(): Promise<void> | undefined
  /**
   * Called when a response that was partly sent before ends. A promise holds the end back; when it rejects the connection
   * is destroyed, so that the client does not take the response for complete.
   */
  beforeEnd(): Promise<void> | undefined
  /** The connection was closed before the response ended. */
  aborted(): void
  /** `beforeHead` failed. The response is as it was when it was put on hold, and free again: answer with the error. */
  refuse(error: unknown): void
}

type Method = 'write' | 'end' | 'flushHeaders'

/** Something the application did to the response while it was held. */
interface Held {
  readonly method: Method
  readonly args: readonly unknown[]
}

/**
 * `open`: nothing was written. `holding`: something was, and waits for `beforeHead`. `passing`: the head has left.
 * `ending`: the end waits for `beforeEnd`. `refused`: what was written was dropped, the error's response passes.
 */
type Phase = 'open' | 'holding' | 'passing' | 'ending' | 'ended' | 'refused'

/**
 * Stands before a node response: `writeHead`, `write`, `end`, `flushHeaders`, and with them `pipe`, wait until the gate
 * lets them through, in their order. Status and headers are those of the first write, whatever is done to them later.
 * Whoever writes sees an ordinary response: a full buffer (`write` returns false, later `drain`), callbacks called.
 */
export class HeldResponse {
  readonly #res: ServerResponse
  readonly #gate: ResponseGate
  readonly #original: Pick<ServerResponse, 'writeHead' | Method>
  readonly #before: ResponseHead
  readonly #sources = new Set<Readable>()
  readonly #cookies: string[] = []
  #phase: Phase = 'open'
  #held: Held[] = []
  #head: ResponseHead | undefined

  constructor(res: ServerResponse, gate: ResponseGate) {
    this.#res = res
    this.#gate = gate
    this.#before = headOf(res)
    // oxlint-disable-next-line typescript/unbound-method -- `#call` gives them the response as `this`
    const { writeHead, write, end, flushHeaders } = res
    this.#original = { writeHead, write, end, flushHeaders }
    this.#standBefore()
  }

  /** Adds a `Set-Cookie` header; those that the application set stay. Throws `HEADERS_SENT`. */
  setCookie(header: string): void {
    if (this.#res.headersSent || this.#phase === 'refused') {
      throw new SessionError('HEADERS_SENT', 'A session cookie cannot be set: the response headers have been sent.')
    }
    this.#cookies.push(header)
  }

  #standBefore(): void {
    const res = this.#res
    Object.assign(res, {
      writeHead: (...args: unknown[]) => this.#writeHead(args),
      write: (...args: unknown[]) => this.#write(args),
      end: (...args: unknown[]) => this.#end(args),
      flushHeaders: () => this.#flushHeaders(),
    })
    res.on('pipe', (source) => this.#sources.add(source))
    res.on('unpipe', (source) => this.#sources.delete(source))
    res.once('close', () => {
      if (this.#phase === 'open' || this.#phase === 'passing') this.#gate.aborted()
    })
  }

  #writeHead(args: readonly unknown[]): ServerResponse {
    if (this.#phase === 'open') applyHead(this.#res, args)
    else if (this.#phase !== 'holding') this.#call('writeHead', args)
    return this.#res
  }

  #write(args: readonly unknown[]): boolean {
    if (this.#phase === 'open') this.#begin()
    if (this.#phase === 'passing' || this.#phase === 'refused') return this.#call('write', args) === true
    if (this.#phase === 'holding') this.#held.push({ method: 'write', args })
    else callBack(args, new Error('write after end'))
    return false
  }

  #flushHeaders(): void {
    if (this.#phase === 'open') this.#begin()
    if (this.#phase === 'holding') this.#held.push({ method: 'flushHeaders', args: [] })
    else this.#call('flushHeaders', [])
  }

  #end(args: readonly unknown[]): ServerResponse {
    const isFirst = this.#phase === 'open'
    if (isFirst) this.#begin()
    if (this.#phase === 'holding') this.#held.push({ method: 'end', args })
    else if (this.#phase === 'refused' || (isFirst && this.#phase === 'passing')) this.#finish(args)
    else if (this.#phase === 'passing') this.#endStream(args)
    else callBack(args)
    return this.#res
  }

  /** The first byte wants to leave. */
  #begin(): void {
    this.#head = headOf(this.#res)
    const ready = this.#gate.beforeHead()
    if (!ready) {
      this.#sendHead()
      return
    }
    this.#phase = 'holding'
    ready.then(
      () => this.#release(),
      (error: unknown) => this.#refuse(error),
    )
  }

  /** From here on everything passes; the head leaves with the first byte. */
  #sendHead(): void {
    if (this.#head) restoreHead(this.#res, this.#head)
    for (const cookie of this.#cookies) this.#res.appendHeader('Set-Cookie', cookie)
    this.#phase = 'passing'
  }

  #release(): void {
    this.#sendHead()
    const held = this.#held
    this.#held = []
    let isFull = false
    for (const [index, { method, args }] of held.entries()) {
      if (method === 'write') isFull = this.#call('write', args) !== true
      else if (method === 'flushHeaders') this.#call('flushHeaders', [])
      // Alone, it was held for the save that has just been made.
      else if (index === 0) this.#finish(args)
      else this.#endStream(args)
    }
    if (!isFull && this.#phase === 'passing') process.nextTick(() => this.#res.emit('drain'))
  }

  #refuse(error: unknown): void {
    const held = this.#held
    this.#held = []
    this.#phase = 'refused'
    for (const source of this.#sources) {
      source.unpipe(this.#res)
      if (source !== this.#res.req) source.destroy()
    }
    restoreHead(this.#res, this.#before)
    for (const { args } of held) callBack(args, error)
    this.#gate.refuse(error)
  }

  /** The end of a response whose head left before. */
  #endStream(args: readonly unknown[]): void {
    const ready = this.#gate.beforeEnd()
    if (!ready) {
      this.#finish(args)
      return
    }
    this.#phase = 'ending'
    ready.then(
      () => this.#finish(args),
      () => {
        this.#phase = 'ended'
        this.#res.destroy()
      },
    )
  }

  #finish(args: readonly unknown[]): void {
    this.#phase = 'ended'
    this.#call('end', args)
  }

  #call(method: 'writeHead' | Method, args: readonly unknown[]): unknown {
    return Reflect.apply(this.#original[method], this.#res, args)
  }
}

/** Calls the callback that node allows as last argument. */
function callBack(args: readonly unknown[], error?: unknown): void {
  const last = args.at(-1)
  if (typeof last === 'function') process.nextTick(() => Reflect.apply(last, undefined, [error]))
}
