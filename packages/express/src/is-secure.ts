import type { Request } from './middleware-options.ts'

/**
 * Whether the request came over TLS: on its own socket; or, with `proxy` true, as the first proxy says; or, with `proxy`
 * left out, as Express says by its setting `trust proxy`.
 */
export function isSecure(req: Request, proxy: boolean | undefined): boolean {
  if ('encrypted' in req.socket && req.socket.encrypted === true) return true
  if (proxy === false) return false
  // Express's own: a plain request of node has none.
  const secure: unknown = Reflect.get(req, 'secure')
  if (proxy === undefined) return secure === true
  const header = req.headers['x-forwarded-proto']
  const [first = ''] = String(header ?? '').split(',')
  return first.trim().toLowerCase() === 'https'
}
