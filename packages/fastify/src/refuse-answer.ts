import { STATUS_CODES } from 'node:http'
import type { ServerResponse } from 'node:http'
import { SessionError } from '@hazelcast-session/core'
import type { FastifyReply } from 'fastify'
import { PAYLOAD_HEADERS } from './payload-headers.ts'

const SERVER_ERROR = 500

/**
 * Answers with an error in place of the answer that was refused, by the application's error handler: as if the handler had
 * thrown it. Where the application has taken the response from Fastify, it is answered as Fastify would have.
 */
export function refuseAnswer(reply: FastifyReply, error: unknown): void {
  const { status, headers } = termsOf(error)
  // Fastify itself leaves nothing to be sent but what was hijacked.
  if (reply.sent) {
    answerRaw(reply.raw, status, headers, error)
    return
  }
  for (const name of PAYLOAD_HEADERS) reply.removeHeader(name)
  // For the last of its error handlers, which reads neither from the error.
  reply.code(status).headers({ ...headers })
  reply.send(error)
}

function termsOf(error: unknown): { readonly status: number; readonly headers: Readonly<Record<string, string>> } {
  if (error instanceof SessionError) return error
  return { status: SERVER_ERROR, headers: {} }
}

function answerRaw(
  res: ServerResponse,
  statusCode: number,
  headers: Readonly<Record<string, string>>,
  error: unknown,
): void {
  const { code, message } = error instanceof SessionError ? error : { code: undefined, message: 'The session failed.' }
  for (const name of res.getHeaderNames()) res.removeHeader(name)
  const text = JSON.stringify({ statusCode, code, error: STATUS_CODES[statusCode], message })
  res.writeHead(statusCode, { ...headers, 'content-type': 'application/json; charset=utf-8' })
  res.end(text)
}
