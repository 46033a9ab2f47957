import { describe, expect, it } from 'vitest'
import { goOn, heldServer, holding, listening, turn } from './held-server.ts'
import type { Visit } from './held-server.ts'
import { answerTo } from './raw-client.ts'
import { createServer } from 'node:http'

const session = { name: 'session', value: 's:1', flags: { path: '/', httpOnly: true } }
const SESSION = 'session=s%3A1; Path=/; HttpOnly'

function cookiesOf(answer: string): string[] {
  return [...answer.matchAll(/^set-cookie: ([^\r]*)\r$/gim)].map(([, cookie]) => cookie ?? '')
}

function codeOf(act: () => void): unknown {
  try {
    act()
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}

describe('A session cookie', () => {
  const setLate = ({ held }: Visit): Promise<void> => turn().then(() => held.setCookie(session))
  const setAtOnce = ({ held }: Visit): undefined => held.setCookie(session) as undefined

  it.each([
    ['while the response is held', setLate],
    ['by a gate that does not hold it', setAtOnce],
  ])('that is set %s goes behind those of the application, in their order', async (_, beforeHead) => {
    const { port } = await heldServer(
      ({ res }) => {
        res.appendHeader('Set-Cookie', 'b=2')
        res.end()
      },
      { beforeHead },
      (res) => res.setHeader('Set-Cookie', 'a=1'),
    )
    expect(cookiesOf(await answerTo(port))).toEqual(['a=1', 'b=2', SESSION])
  })

  it('leaves the list alone that the application gave', async () => {
    const own = ['a=1', 'b=2']
    const { port } = await heldServer(({ res }) => res.setHeader('Set-Cookie', own).end(), { beforeHead: setLate })
    expect(cookiesOf(await answerTo(port))).toEqual(['a=1', 'b=2', SESSION])
    expect(own).toEqual(['a=1', 'b=2'])
  })

  it('goes out with the headers that `writeHead` was given', async () => {
    const { port } = await heldServer(
      ({ res }) => res.writeHead(200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']).end(),
      {
        beforeHead: setLate,
      },
    )
    expect(cookiesOf(await answerTo(port))).toEqual(['a=1', 'b=2', SESSION])
  })

  it('may be set before the application has written anything', async () => {
    const { port } = await heldServer(({ res, held }) => {
      held.setCookie(session)
      res.setHeader('Set-Cookie', 'a=1')
      res.end()
    })
    expect(cookiesOf(await answerTo(port))).toEqual(['a=1', SESSION])
  })

  it('survives an application that removes its own', async () => {
    const { port } = await heldServer(({ res, held }) => {
      held.setCookie(session)
      res.setHeader('Set-Cookie', 'a=1')
      res.removeHeader('Set-Cookie')
      res.end()
    })
    expect(cookiesOf(await answerTo(port))).toEqual([SESSION])
  })

  it.each([
    ['let through', goOn],
    ['held', turn],
  ])('comes too late after the head of a response that was %s', async (_, beforeHead) => {
    const codes: unknown[] = []
    const { port } = await heldServer(
      ({ res }) => {
        res.write('a')
        res.end()
      },
      {
        beforeHead,
        beforeEnd: ({ held }) => void codes.push(codeOf(() => held.setCookie(session))),
      },
    )
    expect(cookiesOf(await answerTo(port))).toEqual([])
    expect(codes).toEqual(['HEADERS_SENT'])
  })

  it('comes too late for a response that was put on hold with its head gone', async () => {
    const codes: unknown[] = []
    const calls: string[][] = []
    const port = await listening(
      createServer((req, res) => {
        res.write('early')
        const visit = holding(req, res, {})
        codes.push(codeOf(() => visit.held.setCookie(session)))
        calls.push(visit.calls)
        res.end('late')
      }),
    )
    expect(await answerTo(port)).toMatch(/early\r\n4\r\nlate/)
    expect(codes).toEqual(['HEADERS_SENT'])
    expect(calls).toEqual([['beforeEnd']])
  })

  it('comes too late when somebody further in still holds back what has passed', async () => {
    const codes: unknown[] = []
    const { port } = await heldServer(
      ({ res, held }) => {
        res.write('a')
        codes.push(
          res.headersSent,
          codeOf(() => held.setCookie(session)),
        )
        res.end()
      },
      { beforeHead: goOn },
      (res) => {
        // What minifiers and the like do.
        const end = res.end.bind(res)
        Object.assign(res, { write: () => true, end: () => end('all') })
      },
    )
    await answerTo(port)
    expect(codes).toEqual([false, 'HEADERS_SENT'])
  })
})
