export type HeldMethod = 'write' | 'end' | 'flushHeaders'

/** Something the application did to the response while it was held. */
export interface HeldCall {
  readonly method: HeldMethod
  readonly args: readonly unknown[]
}

/** Calls that wait, in their order, up to the end of the response. */
export class HeldCalls {
  readonly #highWaterMark: number
  #calls: HeldCall[] = []
  #bytes = 0
  #hasBegun = false
  #hasEnded = false

  /** `highWaterMark`: bytes from which on a writer should wait. */
  constructor(highWaterMark: number) {
    this.#highWaterMark = highWaterMark
  }

  /** Whether the response was ended. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Whether something is to be sent before the end. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** Whether a writer was told to wait. */
  get isFull(): boolean {
    return this.#bytes >= this.#highWaterMark
  }

  /** Keeps a call, unless the response has been ended. Returns whether there is room for more. */
  add(method: HeldMethod, args: readonly unknown[]): boolean {
    if (this.#hasEnded) {
      callBack(args, method === 'write' ? writeAfterEnd() : undefined)
      return false
    }
    this.check(method, args)
    this.#calls.push({ method, args })
    if (method === 'end') this.#hasEnded = true
    else this.#hasBegun = true
    this.#bytes += bytesOf(args[0])
    return !this.isFull
  }

  /** Throws what node would: later, there is nobody left to catch it. */
  check(method: HeldMethod, [chunk]: readonly unknown[]): void {
    const isNone = chunk === undefined || chunk === null || typeof chunk === 'function'
    if (method === 'flushHeaders' || (method === 'end' && isNone)) return
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) return
    const error = new TypeError(`Expected a chunk to be a string, Buffer or Uint8Array, got \`${String(chunk)}\``)
    throw Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' })
  }

  take(): readonly HeldCall[] {
    const calls = this.#calls
    this.#calls = []
    this.#bytes = 0
    return calls
  }
}

/** Calls the callback that node allows as last argument. */
export function callBack(args: readonly unknown[], error?: unknown): void {
  const last = args.at(-1)
  if (typeof last === 'function') process.nextTick(() => Reflect.apply(last, undefined, [error]))
}

export function writeAfterEnd(): Error {
  return Object.assign(new Error('write after end'), { code: 'ERR_STREAM_WRITE_AFTER_END' })
}

function bytesOf(chunk: unknown): number {
  return typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk.length : 0
}
