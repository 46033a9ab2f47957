import type Koa from 'koa'
import '../../src/index.ts'

declare module '../../src/session-data.ts' {
  interface SessionData {
    user: string
    count: number
    theme: string
    cart: { items: string[]; total?: number }
  }
}

/** What the request's session holds. */
export function attributesOf(ctx: Koa.Context): object {
  return ctx.session.toJSON()
}
