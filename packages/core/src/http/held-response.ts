import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { SessionError } from '../session-error.ts'
import { HeldCalls, callBack, writeAfterEnd } from './held-calls.ts'
import type { HeldCall, HeldMethod } from './held-calls.ts'
import type { ResponseCookie } from './response-cookie.ts'
import { setCookieHeader } from './response-cookie.ts'
import type { ResponseHead } from './response-head.ts'
import { applyHead, headOf, restoreHead } from './response-head.ts'

/** What has to happen before a response may leave. */
export interface ResponseGate {
  /**
   * Called once, when the first byte is about to leave: the last moment for a cookie. A promise holds the response until
   * it resolves; when it rejects, or this throws, nothing of this response is sent, and `refuse` is called. `undefined`:
   * go on at once.
   */
  beforeHead(): Promise<void> | undefined
  /**
   * Called when a response that was partly sent before ends. A promise holds the end back; when it rejects, or this
   * throws, the connection is destroyed, so that the client does not take the response for complete. (It will all the
   * same if it has as many bytes as `Content-Length` promised.)
   */
  beforeEnd(): Promise<void> | undefined
  /**
   * The connection was closed before the response ended. Whoever writes the response may not have noticed: `beforeHead`
   * or `beforeEnd` still comes if it is ended.
   */
  aborted(): void
  /** The response is over: sent, or the connection closed. */
  closed?(): void
  /** `beforeHead` failed. The response is as it was when it was put on hold, and free again: answer with the error. */
  refuse(error: unknown): void
}

/** Where a response is written. */
interface Doors {
  writeHead: unknown
  write: unknown
  end: unknown
  flushHeaders: unknown
}

/**
 * `open`: nothing was written. `holding`: something was, and waits for `beforeHead`. `passing`: the head has left.
 * `ending`: the end waits for `beforeEnd`. `finishing`: node is being told of the end, and may call us back.
 * `refused`: what was written was dropped, the error's response passes.
 */
type Phase = 'open' | 'holding' | 'passing' | 'ending' | 'finishing' | 'ended' | 'refused'

/**
 * Stands before a node response: `writeHead`, `write`, `end`, `flushHeaders`, and with them `pipe`, wait until the gate
 * lets them through, in their order. Status and headers are those of the first write, whatever is done to them later,
 * and a second answer is ignored. Whoever writes sees an ordinary response: a full buffer (`write` returns false, later
 * `drain`), callbacks called. `headersSent` says what node would: an answer that was begun is no place for that of an error,
 * which error handlers go by. Only of one that was ended at once it is false until it is sent: the error's comes to nothing.
 * Serves the response of node's HTTP/2 compatibility interface as well.
 */
export class HeldResponse {
  readonly #res: ServerResponse
  readonly #gate: ResponseGate
  readonly #original: Pick<ServerResponse, 'writeHead' | HeldMethod>
  readonly #before: ResponseHead
  readonly #sources = new Set<Readable>()
  /** By name: of two with the same one the later counts. */
  readonly #cookies = new Map<string, string>()
  readonly #held: HeldCalls
  #phase: Phase
  #isClosed = false

  constructor(res: ServerResponse, gate: ResponseGate) {
    this.#res = res
    this.#gate = gate
    this.#held = new HeldCalls(res.writableHighWaterMark)
    this.#phase = res.headersSent ? 'passing' : 'open'
    this.#before = headOf(res)
    // oxlint-disable-next-line typescript/unbound-method -- `#call` gives them the response as `this`
    const { writeHead, write, end, flushHeaders } = res
    this.#original = { writeHead, write, end, flushHeaders }
    this.#standBefore()
  }

  /** Whether a cookie can still be set, whatever the response shows. Not in an answer that tells of a failure. */
  get isHeadOpen(): boolean {
    return this.#phase === 'open' || this.#phase === 'holding'
  }

  /** Adds a `Set-Cookie` header; those that the application set stay. Throws `HEADERS_SENT`. */
  setCookie(cookie: ResponseCookie): void {
    if (!this.isHeadOpen) {
      throw new SessionError('HEADERS_SENT', 'A session cookie cannot be set: the response headers have been sent.')
    }
    this.#cookies.set(cookie.name, setCookieHeader(cookie))
  }

  #standBefore(): void {
    const res = this.#res
    const doors: Doors = res
    doors.writeHead = (...args: unknown[]) => this.#writeHead(args)
    doors.write = (...args: unknown[]) => this.#write(args)
    doors.end = (...args: unknown[]) => this.#end(args)
    doors.flushHeaders = () => this.#flushHeaders()
    res.on('pipe', (source) => this.#sources.add(source))
    res.on('unpipe', (source) => this.#sources.delete(source))
    res.once('close', () => {
      this.#isClosed = true
      if (this.#phase === 'open' || this.#phase === 'passing') this.#gate.aborted()
      this.#gate.closed?.()
    })
  }

  #writeHead(args: readonly unknown[]): ServerResponse {
    if (this.#phase === 'open') applyHead(this.#res, args)
    else if (this.#phase !== 'holding') this.#call('writeHead', args)
    return this.#res
  }

  #write(args: readonly unknown[]): boolean {
    if (this.#phase === 'open') {
      this.#held.check('write', args)
      this.#begin()
    }
    if (this.#phase === 'holding') return this.#hold('write', args)
    if (this.#phase !== 'ended' && this.#phase !== 'ending') return this.#call('write', args) === true
    callBack(args, writeAfterEnd())
    return false
  }

  #flushHeaders(): void {
    if (this.#phase === 'open') this.#begin()
    if (this.#phase === 'holding') this.#hold('flushHeaders', [])
    else this.#call('flushHeaders', [])
  }

  #end(args: readonly unknown[]): ServerResponse {
    const isFirst = this.#phase === 'open'
    if (isFirst) {
      this.#held.check('end', args)
      this.#begin()
    }
    if (this.#phase === 'holding') this.#hold('end', args)
    else if (this.#phase === 'passing' && !isFirst) this.#endStream(args)
    else if (this.#phase === 'passing' || this.#phase === 'refused') this.#finish(args)
    else callBack(args)
    return this.#res
  }

  #hold(method: HeldMethod, args: readonly unknown[]): boolean {
    const hasRoom = this.#held.add(method, args)
    if (method === 'end') this.#showEnded(true)
    else this.#showBegun(true)
    return hasRoom
  }

  /** As node says when something was written, sent or not. */
  #showBegun(isBegun: boolean): void {
    if (isBegun) Object.defineProperty(this.#res, 'headersSent', { value: true, configurable: true })
    else Reflect.deleteProperty(this.#res, 'headersSent')
  }

  /** As node says after `end`, sent or not: frameworks ask whether somebody has answered. */
  #showEnded(isEnded: boolean): void {
    const res: { finished: boolean } = this.#res
    // What `writableEnded` is read from. A property of our own, and its removal, would make the response a slow object.
    if (Object.hasOwn(res, 'finished')) res.finished = isEnded
    else if (isEnded) Object.defineProperty(res, 'writableEnded', { value: true, configurable: true })
    else Reflect.deleteProperty(res, 'writableEnded')
  }

  /** The first byte wants to leave. */
  #begin(): void {
    const ready = promised(() => this.#gate.beforeHead())
    if (!ready) {
      this.#sendHead()
      return
    }
    const head = headOf(this.#res)
    this.#phase = 'holding'
    ready.then(
      () => this.#release(head),
      (error: unknown) => this.#refuse(error, this.#takeHeld()),
    )
  }

  /** From here on everything passes; the head leaves with the first byte. */
  #sendHead(): void {
    this.#phase = 'passing'
    if (this.#cookies.size === 0) return
    const set = this.#res.getHeader('Set-Cookie') ?? []
    this.#res.setHeader('Set-Cookie', [...(Array.isArray(set) ? set : [String(set)]), ...this.#cookies.values()])
  }

  #release(head: ResponseHead): void {
    const isAwaited = this.#held.isFull
    const held = this.#takeHeld()
    try {
      restoreHead(this.#res, head)
      this.#sendHead()
      const hasRoom = this.#pass(held)
      if (hasRoom && isAwaited && this.#phase === 'passing') process.nextTick(() => this.#res.emit('drain'))
    } catch (error) {
      // Node does not take this response: a status of 42, for example. Unheld, it would have thrown at the application.
      if (this.#res.headersSent) this.#res.destroy()
      else this.#refuse(error, held)
      return
    }
    if (this.#isClosed && this.#phase === 'passing') this.#gate.aborted()
  }

  /** Whether there is room for more. */
  #pass(held: readonly HeldCall[]): boolean {
    let hasRoom = true
    for (const [index, { method, args }] of held.entries()) {
      if (method === 'write') hasRoom = this.#call('write', args) === true
      else if (method === 'flushHeaders') this.#call('flushHeaders', [])
      // Alone, it was held for the save that has just been made.
      else if (index === 0) this.#finish(args)
      else this.#endStream(args)
    }
    return hasRoom
  }

  #takeHeld(): readonly HeldCall[] {
    if (this.#held.hasEnded) this.#showEnded(false)
    if (this.#held.hasBegun) this.#showBegun(false)
    return this.#held.take()
  }

  #refuse(error: unknown, held: readonly HeldCall[]): void {
    this.#phase = 'refused'
    const sources = [...this.#sources]
    for (const source of sources) source.unpipe(this.#res)
    // Not before the error is answered: `stream.pipeline` destroys the response as soon as its source is.
    if (this.#isClosed) dispose(sources, this.#res)
    else this.#res.once('close', () => dispose(sources, this.#res))
    restoreHead(this.#res, this.#before)
    for (const { args } of held) callBack(args, error)
    this.#gate.refuse(error)
  }

  /** The end of a response whose head left before. */
  #endStream(args: readonly unknown[]): void {
    const ready = promised(() => this.#gate.beforeEnd())
    if (!ready) {
      this.#finish(args)
      return
    }
    this.#phase = 'ending'
    ready.then(
      () => this.#finish(args),
      (error: unknown) => {
        this.#phase = 'ended'
        callBack(args, error)
        this.#res.destroy()
      },
    )
  }

  #finish(args: readonly unknown[]): void {
    const before = this.#phase
    this.#phase = 'finishing'
    let isDone = false
    try {
      this.#call('end', args)
      isDone = true
    } finally {
      // Node may not take it, a status of 42 for example; another answer has to pass then.
      this.#phase = isDone ? 'ended' : before
    }
  }

  #call(method: 'writeHead' | HeldMethod, args: readonly unknown[]): unknown {
    return Reflect.apply(this.#original[method], this.#res, args)
  }
}

/** What throws, rejects. */
function promised(ask: () => Promise<void> | undefined): Promise<void> | undefined {
  try {
    return ask()
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Lets go of what was piped into a response that was never sent. */
function dispose(sources: readonly Readable[], res: ServerResponse): void {
  for (const source of sources) {
    // What is left of the request has to be read, or its connection serves no other.
    if (source === res.req) source.resume()
    else source.destroy()
  }
}
