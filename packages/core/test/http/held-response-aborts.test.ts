import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { goOn, heldServer, turn } from './held-server.ts'
import type { HeldServer } from './held-server.ts'
import { RawClient } from './raw-client.ts'

/** A client whose request has arrived. */
async function visitor({ port, visits }: HeldServer): Promise<RawClient> {
  const client = await RawClient.open(port)
  client.send('GET / HTTP/1.1\r\nHost: test\r\n\r\n')
  await expect.poll(() => visits.length).toBe(1)
  return client
}

async function goAway(server: HeldServer, client: RawClient): Promise<void> {
  const closed = once(server.visits[0]!.res, 'close')
  client.vanish()
  await closed
}

describe('When the client goes away', () => {
  it('before anything was written, the gate hears of it', async () => {
    const server = await heldServer(() => {})
    await goAway(server, await visitor(server))
    expect(server.visits[0]?.calls).toEqual(['aborted'])
  })

  it('before anything was written, the gate is asked again by a handler that ends all the same', async () => {
    const server = await heldServer(() => {})
    await goAway(server, await visitor(server))
    server.visits[0]?.res.end('text')
    await turn()
    await turn()
    expect(server.visits[0]?.calls).toEqual(['aborted', 'beforeHead'])
  })

  it('while the response is held, the gate was asked and is asked no more', async () => {
    let release: () => void = () => {}
    const server = await heldServer(({ res }) => res.end('text'), {
      beforeHead: () => new Promise((resolve) => void (release = resolve)),
    })
    const client = await visitor(server)
    await expect.poll(() => server.visits[0]?.calls).toEqual(['beforeHead'])
    await goAway(server, client)
    release()
    await turn()
    await turn()
    expect(server.visits[0]?.calls).toEqual(['beforeHead'])
  })

  it('while a stream is held, the gate hears of it once it let the head through', async () => {
    let release: () => void = () => {}
    const heard: unknown[] = []
    const server = await heldServer(({ res }) => void res.write('text', (error) => heard.push(error)), {
      beforeHead: () => new Promise((resolve) => void (release = resolve)),
    })
    const client = await visitor(server)
    await expect.poll(() => server.visits[0]?.calls).toEqual(['beforeHead'])
    await goAway(server, client)
    expect(server.visits[0]?.calls).toEqual(['beforeHead'])
    release()
    await expect.poll(() => server.visits[0]?.calls).toEqual(['beforeHead', 'aborted'])
    await expect.poll(() => heard).toEqual([expect.objectContaining({ code: 'ERR_STREAM_DESTROYED' })])
  })

  it.each([
    ['passes', goOn],
    ['was held', turn],
  ])('while a stream %s, the gate hears of it once', async (_, beforeHead) => {
    const server = await heldServer(({ res }) => void res.write('text'), { beforeHead })
    const client = await visitor(server)
    await expect.poll(() => client.received).toContain('text')
    await goAway(server, client)
    expect(server.visits[0]?.calls).toEqual(['beforeHead', 'aborted'])
  })

  it('a `pipeline` into the response fails, and its source is destroyed', async () => {
    const source = new Readable({
      read() {
        setImmediate(() => this.push(Buffer.alloc(1000)))
      },
    })
    const ends: Promise<void>[] = []
    const server = await heldServer(({ res }) => {
      const end = pipeline(source, res)
      end.catch(() => {})
      ends.push(end)
    })
    const client = await visitor(server)
    await expect.poll(() => client.received.length).toBeGreaterThan(1000)
    await goAway(server, client)
    await expect(Promise.all(ends)).rejects.toThrow('Premature close')
    expect(source.destroyed).toBe(true)
    expect(server.visits[0]?.calls).toEqual(['beforeHead', 'aborted'])
  })

  it('while the end waits, nothing is thrown at anybody', async () => {
    let release: () => void = () => {}
    const server = await heldServer(
      ({ res }) => {
        res.write('a')
        res.end('z')
      },
      { beforeEnd: () => new Promise((resolve) => void (release = resolve)) },
    )
    const client = await visitor(server)
    await expect.poll(() => server.visits[0]?.calls).toEqual(['beforeHead', 'beforeEnd'])
    await goAway(server, client)
    release()
    await turn()
    expect(server.visits[0]?.calls).toEqual(['beforeHead', 'beforeEnd'])
  })
})

describe('A response that the application destroys', () => {
  it('counts as aborted', async () => {
    const server = await heldServer(({ res }) => res.destroy())
    const client = await visitor(server)
    expect(await client.closed()).toBe('')
    await expect.poll(() => server.visits[0]?.calls).toEqual(['aborted'])
  })

  it('while it is held is not sent', async () => {
    const server = await heldServer(({ res }) => {
      res.end('text')
      res.destroy()
    })
    const client = await visitor(server)
    expect(await client.closed()).toBe('')
    expect(server.visits[0]?.calls).toEqual(['beforeHead'])
  })
})

describe('A response that ends well', () => {
  it.each([
    ['at once', goOn],
    ['held', turn],
  ])('%s is not aborted when its connection closes', async (_, beforeHead) => {
    const server = await heldServer(({ res }) => res.end('text'), { beforeHead })
    const client = await visitor(server)
    await expect.poll(() => client.received).toContain('text')
    client.vanish()
    await turn()
    await turn()
    expect(server.visits[0]?.calls).toEqual(['beforeHead'])
  })
})
