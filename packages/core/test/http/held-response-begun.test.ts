import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { heldServer, turn } from './held-server.ts'
import { answerTo } from './raw-client.ts'

describe('An answer that was begun and is held', () => {
  it('says that it was begun, so that nobody appends the answer of an error', async () => {
    const seen: boolean[] = []
    const { port } = await heldServer(
      ({ res }) => {
        const source = new PassThrough()
        source.on('error', () => {
          seen.push(res.headersSent)
          if (res.headersSent) res.destroy()
          else res.writeHead(500).end('an error')
        })
        source.pipe(res)
        source.write('row 1', () => void setImmediate(() => source.destroy(new Error('the source failed'))))
      },
      // Settles when the connection is gone.
      { beforeHead: ({ res }) => new Promise((resolve) => void res.once('close', resolve)) },
    )
    expect(await answerTo(port)).toBe('')
    expect(seen).toEqual([true])
  })

  it('can still get a cookie', async () => {
    const seen: unknown[] = []
    const { port, visits } = await heldServer(
      ({ res }) => {
        res.write('a')
        setImmediate(() => res.end())
      },
      {
        beforeHead: async ({ res, held }) => {
          await turn()
          seen.push(res.headersSent, held.isHeadOpen)
          held.setCookie({ name: 'session', value: '1', flags: {} })
        },
      },
    )
    expect(await answerTo(port)).toContain('Set-Cookie: session=1')
    expect(seen).toEqual([true, true])
    expect(visits.map(({ res, held }) => [res.headersSent, held.isHeadOpen])).toEqual([[true, false]])
  })

  it('is as if it had not been begun when nothing of it may be sent, but for cookies', async () => {
    const { port } = await heldServer(({ res }) => void res.write('a'), {
      beforeHead: () => turn().then(() => Promise.reject(new Error('not saved'))),
      refuse: ({ res, held }) => res.end(`${res.headersSent} ${held.isHeadOpen}`),
    })
    expect(await answerTo(port)).toMatch(/false false$/)
  })
})
