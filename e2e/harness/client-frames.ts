/** `CP2`, with which a client begins its connection; members begin theirs with something else. */
const CLIENT_HEADER = 'CP2'
/** Before each frame: its length, these six bytes included, and flags. */
const PREFIX = 6
const BEGINS_MESSAGE = 1 << 15
const ENDS_MESSAGE = 1 << 13
/** Of a request to a map: type and arguments of fixed size, the map's name, and, where it is about one entry, the key. */
const KEY_FRAME = 2
/** Before the text of a key: hash, kind of value and length. */
const KEY_PREFIX = 12

export interface ClientMessage {
  readonly type: number
  /** Of a request that is about one entry of a map. */
  readonly key: string
}

/**
 * Reads what a client sends and tells of each message. Only as much of the protocol as that needs: a message is a row of
 * frames, and the first one begins with the type.
 */
export class ClientFrames {
  readonly #onMessage: (message: ClientMessage) => void
  #rest: Buffer = Buffer.alloc(0)
  #isClient: boolean | undefined
  #type = 0
  #key = ''
  #frame = 0

  constructor(onMessage: (message: ClientMessage) => void) {
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
    this.#take(this.#rest.readUInt16LE(4), this.#rest.subarray(PREFIX, length))
    this.#rest = this.#rest.subarray(length)
    return true
  }

  #take(flags: number, content: Buffer): void {
    if (flags & BEGINS_MESSAGE) {
      this.#frame = 0
      this.#type = content.readInt32LE(0)
      this.#key = ''
    }
    if (this.#frame === KEY_FRAME) this.#key = content.subarray(KEY_PREFIX).toString('latin1')
    this.#frame += 1
    if (flags & ENDS_MESSAGE) this.#onMessage({ type: this.#type, key: this.#key })
  }
}
