/** Whether Koa answers with this body piece by piece: somebody may be at work on it still. */
export function isStreamed(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || Buffer.isBuffer(body)) return false
  return 'pipe' in body || body instanceof ReadableStream || body instanceof Blob || body instanceof Response
}
