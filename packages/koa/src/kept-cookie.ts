import type Koa from 'koa'

const kept = new WeakSet<object>()

/**
 * Lets the session's cookie stay in the answer when the handler throws: Koa takes all headers away then, and koa-session,
 * which has stored the session all the same, would leave one that no browser knows.
 */
export function keepCookie(ctx: Koa.Context, name: string): void {
  if (kept.has(ctx)) return
  kept.add(ctx)
  const onerror = ctx.onerror.bind(ctx)
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it is no event: Koa calls it
  ctx.onerror = (error: unknown) => {
    // Koa calls it at the end of each request, with no error as well.
    if (error !== undefined && error !== null && !ctx.headerSent) addToHead(ctx, cookiesOf(ctx).filter(isOf(name)))
    // What Koa's own handler takes is whatever was thrown; its types say Error.
    Reflect.apply(onerror, ctx, [error])
  }
}

/**
 * Adds these to the headers that the answer leaves with. Not through the error's own `headers`: the application may throw
 * one error to many visitors, and logs it.
 */
function addToHead(ctx: Koa.Context, cookies: readonly string[]): void {
  if (cookies.length === 0) return
  const { res } = ctx
  const writeHead: unknown = Reflect.get(res, 'writeHead')
  if (typeof writeHead !== 'function') return
  let isAdded = false
  // Node calls it too, when somebody ends an answer without it.
  Reflect.set(res, 'writeHead', (...args: unknown[]): unknown => {
    const set = cookiesOf(ctx)
    const missing = isAdded ? [] : cookies.filter((cookie) => !set.includes(cookie))
    isAdded = true
    if (missing.length > 0 && !res.headersSent) res.setHeader('set-cookie', [...set, ...missing])
    return Reflect.apply(writeHead, res, args)
  })
}

function isOf(name: string): (cookie: string) => boolean {
  return (cookie) => cookie.startsWith(`${name}=`) || cookie.startsWith(`${name}.sig=`)
}

function cookiesOf({ res }: Koa.Context): string[] {
  const set = res.getHeader('set-cookie') ?? []
  return Array.isArray(set) ? set : [String(set)]
}
