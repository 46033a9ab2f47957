/** @typedef {import('next/server').NextRequest} NextRequest @typedef {import('next/server').NextFetchEvent} NextFetchEvent */

/** @type {typeof globalThis & { proxied?: (req: NextRequest, event: NextFetchEvent) => Promise<Response> | undefined } } */
const started = globalThis

/** Answered by the test as well, if it wants. @param {NextRequest} req @param {NextFetchEvent} event */
export function proxy(req, event) {
  return started.proxied?.(req, event)
}
