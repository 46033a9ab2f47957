import type { FormerStore, SessionCookie } from '@hazelcast-session/core/adapter'
import type Koa from 'koa'
import { isHidden } from './hidden-names.ts'
import type { ImportStore } from './middleware-options.ts'

/**
 * A store of koa-session's kind, to take sessions over from. The library looks itself whether a session is over. `maxAge`: ms of the
 * application's own sessions, which the library tells its store.
 */
export function formerStore(store: ImportStore, maxAge: number): FormerStore {
  return {
    find: async (id) => {
      const data: unknown = await store.get(id, maxAge, { rolling: false })
      if (typeof data !== 'object' || data === null) return undefined
      const { _expire, _maxAge, _session }: { _expire?: unknown; _maxAge?: unknown; _session?: unknown } = data
      if (typeof _expire === 'number' && _expire <= Date.now()) return undefined
      const attributes = Object.fromEntries(Object.entries(data).filter(([name]) => !isHidden(name)))
      return { attributes, maxAge: _session === true ? null : typeof _maxAge === 'number' ? _maxAge : undefined }
    },
    remove: async (id) => store.destroy(id, {}),
  }
}

/**
 * The request's `Cookie` header, with a cookie of ours behind the one that koa-session had signed in its own way, in a cookie
 * beside it, by the application's `keys`. As it came where ours is there.
 */
export function translatedCookies(ctx: Koa.Context, cookie: SessionCookie): string | undefined {
  const header = ctx.headers.cookie
  if (header === undefined || cookie.read(header)) return header
  const id = ctx.app.keys ? ctx.cookies.get(cookie.name, { signed: true }) : undefined
  if (!id) return header
  const { value } = cookie.write(id, {})
  return `${header}; ${cookie.name}=${encodeURIComponent(value)}`
}
