import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect } from 'vitest'
import { goOn, heldServer, plainServer, turn } from './held-server.ts'
import { answerTo, withoutFraming } from './raw-client.ts'

type Respond = (res: ServerResponse, req: IncomingMessage) => void

/**
 * Answers a request by plain node, by a response that is let through at once, and by one that is held, and expects the
 * same bytes three times. Returns them.
 */
export async function expectNodesAnswer(respond: Respond, request: { method?: string } = {}): Promise<string> {
  const plain = await plainServer((req, res) => respond(res, req))
  const passing = await heldServer(({ req, res }) => respond(res, req), { beforeHead: goOn })
  const held = await heldServer(({ req, res }) => respond(res, req), { beforeHead: turn, beforeEnd: turn })
  const expected = await answerTo(plain, request)
  expect(await answerTo(passing.port, request)).toBe(expected)
  expect(await answerTo(held.port, request)).toBe(expected)
  return expected
}

/**
 * As `expectNodesAnswer`, for `writeHead`: node fixes there how the body is framed, and a held response when it knows
 * the body. Returns what was answered, unframed.
 */
export async function expectNodesHead(respond: Respond): Promise<string> {
  const plain = await plainServer((req, res) => respond(res, req))
  const passing = await heldServer(({ req, res }) => respond(res, req), { beforeHead: goOn })
  const held = await heldServer(({ req, res }) => respond(res, req), { beforeHead: turn, beforeEnd: turn })
  const expected = withoutFraming(await answerTo(plain))
  expect(withoutFraming(await answerTo(passing.port))).toBe(expected)
  expect(withoutFraming(await answerTo(held.port))).toBe(expected)
  return expected
}
