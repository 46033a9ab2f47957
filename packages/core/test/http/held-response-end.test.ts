import { describe, expect, it } from 'vitest'
import { goOn, heldServer, turn } from './held-server.ts'
import type { Handler, Visit } from './held-server.ts'
import { answerTo } from './raw-client.ts'
import { callUntyped } from './untyped-call.ts'

const gates = [
  { gate: 'a gate that lets it through at once', beforeHead: goOn },
  { gate: 'a gate that holds it', beforeHead: turn },
]

describe.each(gates)('`end`, with $gate', ({ beforeHead }) => {
  const forms: { form: string; args: (callback: () => void) => unknown[]; body: string }[] = [
    { form: 'nothing but a callback', args: (callback) => [callback], body: '' },
    { form: 'a chunk and a callback', args: (callback) => ['text', callback], body: 'text' },
    { form: 'a chunk, its encoding and a callback', args: (callback) => ['c3bc', 'hex', callback], body: '\xC3\xBC' },
  ]

  it.each(forms)('with $form calls back once, after `finish`', async ({ args, body }) => {
    const heard: string[] = []
    const { port } = await heldServer(
      ({ res }) => {
        res.on('finish', () => heard.push('finish'))
        callUntyped(
          res,
          'end',
          args(() => heard.push('callback')),
        )
      },
      { beforeHead },
    )
    expect(await answerTo(port)).toMatch(new RegExp(`\r\n\r\n${body}$`))
    expect(heard).toEqual(['finish', 'callback'])
  })

  it('returns the response', async () => {
    let returned: unknown
    const { port, visits } = await heldServer(({ res }) => (returned = res.end('text')), { beforeHead })
    await answerTo(port)
    expect(returned).toBe(visits[0]?.res)
  })

  it('counts as ended for those who ask whether somebody has answered', async () => {
    const seen: boolean[] = []
    const { port, visits } = await heldServer(
      ({ res }) => {
        seen.push(res.writableEnded)
        res.end('text')
        seen.push(res.writableEnded)
      },
      { beforeHead },
    )
    await answerTo(port)
    expect(seen).toEqual([false, true])
    expect(visits[0]?.res.writableEnded).toBe(true)
    expect(Object.keys(visits[0]?.res ?? {})).not.toContain('writableEnded')
  })

  it('asks the gate once, and not about an end of its own', async () => {
    const { port, visits } = await heldServer(({ res }) => res.end('text'), { beforeHead })
    await answerTo(port)
    expect(visits[0]?.calls).toEqual(['beforeHead'])
  })

  it('a second time is ignored, and its callback called', async () => {
    const called = new Promise((resolve) => void (later = resolve))
    const { port, visits } = await heldServer(
      ({ res }) => {
        res.end('first')
        res.end('second', () => later(undefined))
      },
      { beforeHead },
    )
    expect(await answerTo(port)).toMatch(/first$/)
    await called
    expect(visits[0]?.calls).toEqual(['beforeHead'])
  })

  it('after a write asks about the head and about the end', async () => {
    const { port, visits } = await heldServer(
      ({ res }) => {
        res.write('a')
        res.end('b')
      },
      { beforeHead },
    )
    expect(await answerTo(port)).toMatch(/1\r\na\r\n1\r\nb\r\n0\r\n\r\n$/)
    expect(visits[0]?.calls).toEqual(['beforeHead', 'beforeEnd'])
  })

  it('leaves what comes after it to its callback, and the process alive', async () => {
    const error = new Promise((resolve) => void (later = resolve))
    const { port } = await heldServer(
      ({ res }) => {
        res.end('text')
        res.write('more', later)
      },
      { beforeHead },
    )
    expect(await answerTo(port)).toMatch(/text$/)
    expect(await error).toMatchObject({ code: 'ERR_STREAM_WRITE_AFTER_END' })
  })

  it.each([[42], [{}], [true]])(
    'refuses the chunk %j at once, as node does, and another answer passes',
    async (chunk) => {
      const { port } = await heldServer(
        ({ res }) => {
          try {
            callUntyped(res, 'end', [chunk])
          } catch (error) {
            res.statusCode = 500
            res.end(error instanceof TypeError && 'code' in error ? String(error.code) : 'another error')
          }
        },
        { beforeHead },
      )
      expect(await answerTo(port)).toMatch(/^HTTP\/1.1 500 .*ERR_INVALID_ARG_TYPE$/s)
    },
  )

  it.each([[null], [undefined], [42]])('`write` refuses the chunk %j as well', async (chunk) => {
    const { port } = await heldServer(
      ({ res }) => {
        try {
          callUntyped(res, 'write', [chunk])
        } catch (error) {
          res.end(error instanceof TypeError ? 'refused' : 'another error')
        }
      },
      { beforeHead },
    )
    expect(await answerTo(port)).toMatch(/refused$/)
  })
})

let later: (value: unknown) => void = () => {}

describe('A gate that has nothing to wait for', () => {
  it('costs no turn of the event loop, and not even one of promises', async () => {
    const seen: unknown[] = []
    const { port } = await heldServer(
      ({ res }) => {
        res.end('text')
        seen.push(res.headersSent, res.writableEnded)
      },
      { beforeHead: goOn },
    )
    await answerTo(port)
    expect(seen).toEqual([true, true])
  })
})

describe('Between `end` and its release', () => {
  const second: Handler = ({ res }) => {
    res.writeHead(500, { 'X-Second': '1' })
    res.statusMessage = 'Second'
    for (const name of res.getHeaderNames()) res.removeHeader(name)
    res.setHeader('Content-Type', 'text/second')
    res.appendHeader('Set-Cookie', 'second=1')
    res.statusCode = 500
    res.end('second')
  }

  const first: Handler = ({ res }) => {
    res.statusCode = 201
    res.statusMessage = 'First'
    res.setHeader('Content-Type', 'text/first')
    res.setHeader('Set-Cookie', ['first=1', 'first=2'])
    res.end('first')
  }

  const expected = 'HTTP/1.1 201 First\r\nContent-Type: text/first\r\nSet-Cookie: first=1\r\nSet-Cookie: first=2\r\n'

  it('status, headers and body stay what they were', async () => {
    const { port } = await heldServer((visit) => {
      first(visit)
      second(visit)
    })
    const answer = await answerTo(port)
    expect(answer.startsWith(expected)).toBe(true)
    expect(answer).toMatch(/\r\n\r\nfirst$/)
    expect(answer).not.toMatch(/second/i)
  })

  it('an error that the handler throws is answered in vain', async () => {
    const { port } = await heldServer((visit) => {
      try {
        first(visit)
        throw new Error('after the end')
      } catch {
        if (!visit.res.headersSent) second(visit)
      }
    })
    expect(await answerTo(port)).toMatch(/\r\n\r\nfirst$/)
  })

  it('nothing has been sent', async () => {
    let release: () => void = () => {}
    const beforeHead = (): Promise<void> => new Promise((resolve) => void (release = resolve))
    const { port, visits } = await heldServer(({ res }) => res.end('text'), { beforeHead })
    const answer = answerTo(port)
    await answered(visits)
    for (let turns = 0; turns < 10; turns++) await turn()
    expect(visits[0]?.res.headersSent).toBe(false)
    release()
    expect(await answer).toMatch(/text$/)
  })

  it('the head that was written with the first chunk is the one that counts', async () => {
    const { port } = await heldServer((visit) => {
      visit.res.setHeader('X-One', 'first')
      visit.res.write('a')
      visit.res.setHeader('X-One', 'second')
      visit.res.statusCode = 500
      visit.res.end('b')
    })
    expect(await answerTo(port)).toMatch(/^HTTP\/1.1 200 OK\r\nX-One: first\r\n/)
  })
})

async function answered(visits: readonly Visit[]): Promise<void> {
  while (visits[0] === undefined || !visits[0].calls.includes('beforeHead')) await turn()
}
