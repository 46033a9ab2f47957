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
    const cookies = cookiesOf(ctx).filter(
      (cookie) => cookie.startsWith(`${name}=`) || cookie.startsWith(`${name}.sig=`),
    )
    if (cookies.length > 0 && error instanceof Error) {
      const headers: unknown = Reflect.get(error, 'headers')
      Object.assign(error, { headers: { ...Object(headers), 'set-cookie': cookies } })
    }
    // What Koa's own handler takes is whatever was thrown; its types say Error.
    Reflect.apply(onerror, ctx, [error])
  }
}

function cookiesOf({ res }: Koa.Context): string[] {
  const set = res.getHeader('set-cookie') ?? []
  return Array.isArray(set) ? set : [String(set)]
}
