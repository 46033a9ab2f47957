import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'

/**
 * Who is at an address:
 * - `none`: nobody listens, or the host is not there.
 * - `member`: a member of the cluster asked for, ready for clients.
 * - `starting`: a Hazelcast member that takes no clients yet.
 * - `other-cluster`: a member that does not let clients of this cluster's name in.
 * - `foreign`: something else, which answers or hangs up.
 * - `silent`: something that accepts connections and says nothing. For the first seconds of its start a member is like that, too.
 */
export type Occupant = 'none' | 'member' | 'starting' | 'other-cluster' | 'foreign' | 'silent'

/** Hazelcast's client protocol, as far as it takes to introduce oneself. All numbers are little-endian. */
const PROTOCOL = 'CP2'
const FRAME_HEAD = 6
const FLAGS = { whole: 0xc000, listBegin: 1 << 12, listEnd: (1 << 11) | (1 << 13), absent: 1 << 10 }
const AUTHENTICATION = 0x0100
const AUTHENTICATION_ANSWER = 0x0101
/** Where the message's type and the answer's status are, from the begin of the answer. */
const TYPE_OFFSET = FRAME_HEAD
const STATUS_OFFSET = FRAME_HEAD + 13
const AUTHENTICATED = 0

/**
 * Asks who is at `host:port`, by the first message that a client of that cluster sends. Never rejects.
 *
 * @param patience ms to wait for a connection, and for an answer
 */
export function examine(address: string, clusterName: string, patience: number): Promise<Occupant> {
  const [host = '', port = ''] = address.split(':')
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) })
    let isConnected = false
    let answer = Buffer.alloc(0)
    const settle = (occupant: Occupant): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(occupant)
    }
    const timer = setTimeout(() => settle(isConnected ? 'silent' : 'none'), patience)
    socket.once('connect', () => {
      isConnected = true
      socket.write(introduction(clusterName))
    })
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk])
      const occupant = occupantOf(answer)
      if (occupant) settle(occupant)
    })
    // Hung up, before or after it was connected.
    socket.once('error', () => settle(isConnected ? 'foreign' : 'none'))
    socket.once('close', () => settle('foreign'))
  })
}

/** Undefined while there is too little to tell. */
function occupantOf(answer: Buffer): Occupant | undefined {
  if (answer.length < TYPE_OFFSET + 4) return undefined
  const type = answer.readInt32LE(TYPE_OFFSET)
  // An error instead of an answer, as clients are not let in yet.
  if (type === 0) return 'starting'
  if (type !== AUTHENTICATION_ANSWER) return 'foreign'
  if (answer.length <= STATUS_OFFSET) return undefined
  return answer[STATUS_OFFSET] === AUTHENTICATED ? 'member' : 'other-cluster'
}

function introduction(clusterName: string): Buffer {
  const text = (value: string): Buffer => frame(Buffer.from(value))
  const absent = frame(Buffer.alloc(0), FLAGS.absent)
  return Buffer.concat([
    Buffer.from(PROTOCOL),
    frame(head(), FLAGS.whole),
    text(clusterName),
    absent, // user
    absent, // password
    text('NJS'),
    text('5.6.0'),
    text('hazelcast-session looks who is here'),
    frame(Buffer.alloc(0), FLAGS.listBegin), // labels
    frame(Buffer.alloc(0), FLAGS.listEnd),
  ])
}

/** Message type, correlation, partition; then the client's id and its serialization version. */
function head(): Buffer {
  const content = Buffer.alloc(34)
  content.writeInt32LE(AUTHENTICATION, 0)
  content.writeInt32LE(-1, 12)
  Buffer.from(randomUUID().replaceAll('-', ''), 'hex').copy(content, 17)
  content[33] = 1
  return content
}

function frame(content: Buffer, flags = 0): Buffer {
  const bytes = Buffer.alloc(FRAME_HEAD + content.length)
  bytes.writeInt32LE(bytes.length, 0)
  bytes.writeUInt16LE(flags, 4)
  content.copy(bytes, FRAME_HEAD)
  return bytes
}
