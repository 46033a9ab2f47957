import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { goOn, heldServer, turn } from './held-server.ts'
import { RawClient } from './raw-client.ts'

const gates = [
  { gate: 'let through at once', beforeHead: goOn },
  { gate: 'held', beforeHead: turn },
]

/** Bytes of which no two kilobytes are alike. */
function manyBytes(length: number): Buffer {
  const pieces: Buffer[] = []
  for (let size = 0; size < length; size += 32) {
    pieces.push(createHash('sha256').update(String(size)).digest())
  }
  return Buffer.concat(pieces).subarray(0, length)
}

async function bytesOf(port: number): Promise<Buffer> {
  const response = await fetch(`http://127.0.0.1:${port}/`)
  return Buffer.from(await response.arrayBuffer())
}

async function fileOf(bytes: Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'held-response-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'file')
  await writeFile(path, bytes)
  return path
}

describe.each(gates)('A stream that is $gate', ({ beforeHead }) => {
  it('of a file arrives whole and in order', async () => {
    const bytes = manyBytes(3_000_000)
    const path = await fileOf(bytes)
    const { port, visits } = await heldServer(({ res }) => createReadStream(path).pipe(res), { beforeHead })
    expect(bytes.equals(await bytesOf(port))).toBe(true)
    expect(visits[0]?.calls).toEqual(['beforeHead', 'beforeEnd'])
  })

  it('by `pipeline` arrives whole, and the pipeline ends', async () => {
    const bytes = manyBytes(1_000_000)
    const path = await fileOf(bytes)
    const ends: Promise<void>[] = []
    const { port } = await heldServer(({ res }) => ends.push(pipeline(createReadStream(path), res)), { beforeHead })
    expect(bytes.equals(await bytesOf(port))).toBe(true)
    await Promise.all(ends)
    expect(ends).toHaveLength(1)
  })

  it('by `pipeline` from a generator arrives whole', async () => {
    const bytes = manyBytes(1_000_000)
    async function* chunks(): AsyncGenerator<Buffer> {
      for (let start = 0; start < bytes.length; start += 10_000) yield bytes.subarray(start, start + 10_000)
    }
    const { port } = await heldServer(({ res }) => void pipeline(chunks, res), { beforeHead })
    expect(bytes.equals(await bytesOf(port))).toBe(true)
  })

  it('of small pieces arrives whole', async () => {
    const pieces = Array.from({ length: 500 }, (_, index) => `${index},`)
    const { port } = await heldServer(({ res }) => Readable.from(pieces).pipe(res), { beforeHead })
    expect(String(await bytesOf(port))).toBe(pieces.join(''))
  })

  it('makes a writer wait that would fill the memory, and tells it to go on', async () => {
    const chunk = manyBytes(10_000)
    let isTold = false
    const { port } = await heldServer(
      async ({ res }) => {
        for (let count = 0; count < 300; count++) {
          if (res.write(chunk)) continue
          isTold = true
          await once(res, 'drain')
        }
        res.end()
      },
      { beforeHead },
    )
    const received = await bytesOf(port)
    expect(received.length).toBe(3_000_000)
    expect(received.subarray(2_990_000).equals(chunk)).toBe(true)
    expect(isTold).toBe(true)
  })

  it('calls back for each chunk', async () => {
    const written: string[] = []
    const { port } = await heldServer(
      ({ res }) => {
        res.write('a', () => written.push('a'))
        res.write('YmI=', 'base64', () => written.push('b'))
        res.end(() => written.push('end'))
      },
      { beforeHead },
    )
    expect(String(await bytesOf(port))).toBe('abb')
    await expect.poll(() => written).toEqual(['a', 'b', 'end'])
  })

  it('of events arrives event by event', async () => {
    const { port, visits } = await heldServer(
      ({ res }) => {
        res.writeHead(200, { 'Content-Type': 'text/event-stream' })
        res.flushHeaders()
      },
      { beforeHead },
    )
    const client = await RawClient.open(port)
    client.send('GET / HTTP/1.1\r\nHost: test\r\n\r\n')
    await expect.poll(() => client.received).toContain('text/event-stream')
    for (const event of ['one', 'two']) {
      visits[0]?.res.write(`data: ${event}\n\n`)
      await expect.poll(() => client.received).toContain(`data: ${event}`)
    }
    visits[0]?.res.end()
    await expect.poll(() => client.received).toMatch(/\r\n0\r\n\r\n$/)
    expect(visits[0]?.calls).toEqual(['beforeHead', 'beforeEnd'])
  })
})

describe('While a response is held', () => {
  it('a small chunk leaves room, as it does in an ordinary response', async () => {
    const room: boolean[] = []
    const { port } = await heldServer(({ res }) => {
      room.push(res.write('small'), res.write(Buffer.alloc(res.writableHighWaterMark)))
      res.end()
    })
    await bytesOf(port)
    expect(room).toEqual([true, false])
  })

  it('nobody hears `drain` who was not told to wait', async () => {
    const drains: unknown[] = []
    const { port } = await heldServer(async ({ res }) => {
      res.on('drain', () => drains.push('drain'))
      res.write('small')
      await turn()
      await turn()
      await turn()
      res.end()
    })
    await bytesOf(port)
    expect(drains).toEqual([])
  })

  it('chunks that come meanwhile follow the first', async () => {
    let release: () => void = () => {}
    const beforeHead = (): Promise<void> => new Promise((resolve) => void (release = resolve))
    const { port } = await heldServer(
      async ({ res }) => {
        for (const chunk of ['a', 'b', 'c']) {
          res.write(chunk)
          await turn()
        }
        release()
        res.write('d')
        await turn()
        res.end('e')
      },
      { beforeHead },
    )
    expect(String(await bytesOf(port))).toBe('abcde')
  })
})

describe('The end of a stream', () => {
  it('waits for the gate, with the last chunk', async () => {
    let release: () => void = () => {}
    const beforeEnd = (): Promise<void> => new Promise((resolve) => void (release = resolve))
    const { port, visits } = await heldServer(
      ({ res }) => {
        res.write('a')
        res.end('z')
      },
      { beforeHead: goOn, beforeEnd },
    )
    const client = await RawClient.open(port)
    client.send('GET / HTTP/1.1\r\nHost: test\r\n\r\n')
    await expect.poll(() => visits[0]?.calls).toEqual(['beforeHead', 'beforeEnd'])
    await expect.poll(() => client.received).toMatch(/a\r\n$/)
    release()
    await expect.poll(() => client.received).toMatch(/a\r\n1\r\nz\r\n0\r\n\r\n$/)
  })

  it.each([
    ['rejects', () => Promise.reject(new Error('not saved'))],
    [
      'throws',
      () => {
        throw new Error('not saved')
      },
    ],
  ])('is an incomplete response when the gate %s', async (_, beforeEnd) => {
    const called: unknown[] = []
    const { port, visits } = await heldServer(
      ({ res }) => {
        res.write('a')
        res.end('z', (error?: unknown) => called.push(error))
      },
      { beforeEnd },
    )
    await expect(bytesOf(port)).rejects.toThrow(/terminated|fetch failed/)
    expect(visits[0]?.calls).toEqual(['beforeHead', 'beforeEnd'])
    expect(called).toEqual([new Error('not saved')])
  })
})
