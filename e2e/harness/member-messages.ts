/** Before each frame: its length, these six bytes included, and flags. */
const PREFIX = 6
const BEGINS_MESSAGE = 1 << 15
const ENDS_MESSAGE = 1 << 13
/** An entry event for a listener with a predicate (Hazelcast client protocol 2). */
const ENTRY_EVENT = 0x01_17_02
/** The answer to a `get` of a map. */
const GET_ANSWER = 0x01_02_01

type MessageKind = 'entry event' | 'answer to get' | 'other'

/** One message of a member to a client, whole. */
export interface MemberMessage {
  readonly kind: MessageKind
  readonly bytes: Buffer
}

/** Puts what a member sends to a client together into messages: a message is a row of frames. */
export class MemberMessages {
  #rest: Buffer = Buffer.alloc(0)
  #begun: Buffer[] = []

  /** The messages that are whole with this chunk. */
  read(chunk: Buffer): MemberMessage[] {
    const messages: MemberMessage[] = []
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    while (this.#rest.length >= PREFIX) {
      const length = this.#rest.readInt32LE(0)
      if (this.#rest.length < length) break
      const frame = this.#rest.subarray(0, length)
      this.#rest = this.#rest.subarray(length)
      this.#begun.push(frame)
      if ((frame.readUInt16LE(4) & ENDS_MESSAGE) === 0) continue
      messages.push(messageOf(this.#begun))
      this.#begun = []
    }
    return messages
  }
}

function messageOf(frames: readonly Buffer[]): MemberMessage {
  const [first] = frames
  const isWhole = first !== undefined && first.length >= PREFIX + 4 && (first.readUInt16LE(4) & BEGINS_MESSAGE) !== 0
  const type = isWhole ? first.readInt32LE(PREFIX) : 0
  const kind = type === ENTRY_EVENT ? 'entry event' : type === GET_ANSWER ? 'answer to get' : 'other'
  return { kind, bytes: Buffer.concat(frames) }
}
