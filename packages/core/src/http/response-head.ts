import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** Status and headers of a response that has not left yet. */
export interface ResponseHead {
  readonly statusCode: number
  readonly statusMessage: string
  readonly headers: OutgoingHttpHeaders
}

/** What the response would be sent with now. */
export function headOf(res: ServerResponse): ResponseHead {
  const { statusCode, statusMessage } = res
  return { statusCode, statusMessage, headers: { ...res.getHeaders() } }
}

/** Makes the response what it was when `headOf` looked at it. */
export function restoreHead(res: ServerResponse, head: ResponseHead): void {
  res.statusCode = head.statusCode
  res.statusMessage = head.statusMessage
  for (const name of res.getHeaderNames()) {
    if (!(name in head.headers)) res.removeHeader(name)
  }
  for (const [name, value] of Object.entries(head.headers)) {
    if (value !== undefined && value !== res.getHeader(name)) res.setHeader(name, value)
  }
}

/**
 * Does what `writeHead` would, but for fixing the headers: `(status, [message], [headers])`, the headers an object, a
 * list of pairs, or names and values in turn.
 */
export function applyHead(res: ServerResponse, args: readonly unknown[]): void {
  const [statusCode, second, third] = args
  if (typeof statusCode === 'number') res.statusCode = statusCode
  if (typeof second === 'string') res.statusMessage = second
  const fields = fieldsOf(typeof second === 'string' ? third : second)
  // A name that comes twice is two headers; but what was set before is replaced.
  for (const [name] of fields) res.removeHeader(name)
  for (const [name, value] of fields) {
    if (Array.isArray(value)) res.setHeader(name, value)
    else res.appendHeader(name, String(value))
  }
}

function fieldsOf(headers: unknown): [string, OutgoingHttpHeader][] {
  if (typeof headers !== 'object' || headers === null) return []
  const entries = Array.isArray(headers) ? pairsOf(headers) : Object.entries(headers)
  return entries.flatMap(([name, value]): [string, OutgoingHttpHeader][] =>
    isHeader(value) ? [[String(name), value]] : [],
  )
}

function pairsOf(list: readonly unknown[]): (readonly unknown[])[] {
  if (list.every((item): item is readonly unknown[] => Array.isArray(item))) return [...list]
  const pairs: unknown[][] = []
  for (let index = 0; index < list.length; index += 2) pairs.push([list[index], list[index + 1]])
  return pairs
}

function isHeader(value: unknown): value is OutgoingHttpHeader {
  return typeof value === 'string' || typeof value === 'number' || Array.isArray(value)
}
