import type { OutgoingHttpHeader, ServerResponse } from 'node:http'

interface Header {
  /** As the application wrote it. */
  readonly name: string
  readonly value: OutgoingHttpHeader
}

/** Status and headers of a response that has not left yet. */
export interface ResponseHead {
  readonly statusCode: number
  /** `undefined`: the usual one of the status. HTTP/2 has none, and warns who asks. */
  readonly statusMessage: string | undefined
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, Header>
}

/** What most responses have when they are put on hold. */
const NO_HEADERS: ResponseHead['headers'] = new Map()

/** What the response would be sent with now. */
export function headOf(res: ServerResponse): ResponseHead {
  const names = namesOf(res)
  const headers = names.length === 0 ? NO_HEADERS : headersOf(res, names)
  return { statusCode: res.statusCode, statusMessage: hasMessage(res) ? res.statusMessage : undefined, headers }
}

function headersOf(res: ServerResponse, names: readonly string[]): ResponseHead['headers'] {
  const headers = new Map<string, Header>()
  for (const name of names) {
    const value = res.getHeader(name)
    // A copy, since `appendHeader` adds to the list that is there.
    if (value !== undefined) headers.set(name.toLowerCase(), { name, value: Array.isArray(value) ? [...value] : value })
  }
  return headers
}

/** Makes the response what it was when `headOf` looked at it. */
export function restoreHead(res: ServerResponse, { statusCode, statusMessage, headers }: ResponseHead): void {
  res.statusCode = statusCode
  if (hasMessage(res) && res.statusMessage !== statusMessage) Object.assign(res, { statusMessage })
  for (const name of res.getHeaderNames()) {
    if (!headers.has(name)) res.removeHeader(name)
  }
  for (const { name, value } of headers.values()) {
    if (!isSame(value, res.getHeader(name))) res.setHeader(name, value)
  }
}

/**
 * Does what `writeHead` would, but for fixing the headers: `(status, [message], [headers])`, the headers an object, a
 * list of pairs, or names and values in turn. Throws what node throws.
 */
export function applyHead(res: ServerResponse, args: readonly unknown[]): void {
  const [status, second, third] = args
  const statusCode = Math.trunc(Number(status))
  if (!(statusCode >= 100 && statusCode <= 999)) throw invalidStatus(status)
  res.statusCode = statusCode
  if (typeof second === 'string') res.statusMessage = second
  const headers = typeof second === 'string' ? third : (third ?? second)
  if (Array.isArray(headers)) applyList(res, pairsOf(headers))
  else if (isObject(headers)) for (const [name, value] of Object.entries(headers)) setHeader(res, name, value)
}

/** A name that comes twice is two headers; but what was set before is replaced. */
function applyList(res: ServerResponse, pairs: readonly (readonly unknown[])[]): void {
  for (const [name] of pairs) res.removeHeader(String(name))
  for (const [name, value] of pairs) {
    if (res.hasHeader(String(name))) res.appendHeader(String(name), Array.isArray(value) ? value : String(value))
    else setHeader(res, String(name), value)
  }
}

function pairsOf(list: readonly unknown[]): (readonly unknown[])[] {
  if (list.every((item): item is readonly unknown[] => Array.isArray(item))) return [...list]
  const pairs: unknown[][] = []
  for (let index = 0; index < list.length; index += 2) pairs.push([list[index], list[index + 1]])
  return pairs
}

/** Whatever the application gives, node is the one to refuse it. */
function setHeader(res: ServerResponse, name: string, value: unknown): void {
  // oxlint-disable-next-line typescript/unbound-method -- it gets the response as `this`
  Reflect.apply(res.setHeader, res, [name, value])
}

/** With the capitals that the application wrote them with, where the response knows them: that of HTTP/2 does not. */
function namesOf(res: ServerResponse): string[] {
  const raw: unknown = Reflect.get(res, 'getRawHeaderNames')
  const names: unknown = typeof raw === 'function' ? Reflect.apply(raw, res, []) : undefined
  return Array.isArray(names) ? names.map(String) : res.getHeaderNames()
}

function hasMessage(res: ServerResponse): boolean {
  return res.req.httpVersionMajor < 2
}

function isSame(a: OutgoingHttpHeader, b: OutgoingHttpHeader | undefined): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b
  return a.length === b.length && a.every((value, index) => value === b[index])
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function invalidStatus(status: unknown): RangeError {
  return Object.assign(new RangeError(`Invalid status code: ${String(status)}`), {
    code: 'ERR_HTTP_INVALID_STATUS_CODE',
  })
}
