import { createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { examine } from '../src/port-probe.ts'

/** The address of a listener that does this to whoever connects. */
async function listener(greet: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined))
    greet(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** What a member sends: a first frame with this message type, and the status of an authentication. */
function answer(type: number, status: number): Buffer {
  const frame = Buffer.alloc(6 + 14)
  frame.writeInt32LE(frame.length, 0)
  frame.writeInt32LE(type, 6)
  frame[6 + 13] = status
  return frame
}

test('nobody listens', async () => {
  await expect(examine('127.0.0.1:1', 'shop', 1000)).resolves.toBe('none')
})

test('something that answers nothing, which takes all of the patience', async () => {
  const address = await listener(() => {})
  await expect(examine(address, 'shop', 30)).resolves.toBe('silent')
})

test('something that hangs up, at once or on our first word', async () => {
  await expect(examine(await listener((socket) => socket.end()), 'shop', 1000)).resolves.toBe('foreign')
  const address = await listener((socket) => socket.once('data', () => socket.destroy()))
  await expect(examine(address, 'shop', 1000)).resolves.toBe('foreign')
})

test('something that speaks another language', async () => {
  const address = await listener((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  await expect(examine(address, 'shop', 1000)).resolves.toBe('foreign')
})

test.each([
  ['member', answer(0x0101, 0)],
  ['other-cluster', answer(0x0101, 1)],
  ['starting', answer(0, 0)],
] as const)('a Hazelcast member: %s', async (occupant, bytes) => {
  // In two pieces, as the network may do.
  const address = await listener((socket) => {
    socket.write(bytes.subarray(0, 9))
    setTimeout(() => socket.write(bytes.subarray(9)), 5)
  })
  await expect(examine(address, 'shop', 1000)).resolves.toBe(occupant)
})
