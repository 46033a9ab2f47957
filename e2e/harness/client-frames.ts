/** `CP2`, with which a client begins its connection; members begin theirs with something else. */
const CLIENT_HEADER = 'CP2'
/** Before each frame: its length, these six bytes included, and flags. */
const PREFIX = 6
const BEGINS_MESSAGE = 1 << 15

/**
 * Reads what a client sends and tells the type number of each message. Only as much of the protocol as that needs:
 * a message is a row of frames, and the first one begins with the type.
 */
export class ClientFrames {
  readonly #onMessage: (type: number) => void
  #rest: Buffer = Buffer.alloc(0)
  #isClient: boolean | undefined

  constructor(onMessage: (type: number) => void) {
    this.#onMessage = onMessage
  }

  /** Whether this is a client's connection; `undefined` until that is known. */
  get isClient(): boolean | undefined {
    return this.#isClient
  }

  read(chunk: Buffer): void {
    if (this.#isClient === false) return
    this.#rest = Buffer.concat([this.#rest, chunk])
    if (this.#isClient === undefined && !this.#readHeader()) return
    while (this.#readFrame());
  }

  /** `false`: there is nothing more to read, for now or for ever. */
  #readHeader(): boolean {
    if (this.#rest.length < CLIENT_HEADER.length) return false
    this.#isClient = this.#rest.toString('latin1', 0, CLIENT_HEADER.length) === CLIENT_HEADER
    this.#rest = this.#isClient ? this.#rest.subarray(CLIENT_HEADER.length) : Buffer.alloc(0)
    return this.#isClient
  }

  #readFrame(): boolean {
    if (this.#rest.length < PREFIX) return false
    const length = this.#rest.readInt32LE(0)
    if (this.#rest.length < length) return false
    const flags = this.#rest.readUInt16LE(4)
    if (flags & BEGINS_MESSAGE) this.#onMessage(this.#rest.readInt32LE(PREFIX))
    this.#rest = this.#rest.subarray(length)
    return true
  }
}
