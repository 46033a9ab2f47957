import type { Request } from './middleware-options.ts'

const ORIGIN = 'http://localhost'

/** The path that the browser asked for, whatever routers made of it; `/` where there is none. */
export function pathName(req: Request): string {
  // Express's own: a plain request of node has none.
  const original: unknown = Reflect.get(req, 'originalUrl')
  const url = typeof original === 'string' ? original : (req.url ?? '')
  if (!url.startsWith('/')) return URL.canParse(url, ORIGIN) ? new URL(url, ORIGIN).pathname : '/'
  const [path = '/'] = url.split(/[?#]/, 1)
  return path
}
