import { json, text } from 'node:stream/consumers'
import type Koa from 'koa'

/** What the request brings, as JSON. Throws a 400. */
export async function jsonBody(ctx: Koa.Context): Promise<unknown> {
  try {
    return await json(ctx.req)
  } catch {
    return ctx.throw(400, 'The request brings no JSON.')
  }
}

/** One field of what the request brings, as a form or as JSON. */
export async function field(ctx: Koa.Context, name: string): Promise<string> {
  if (ctx.is('json')) return String(Reflect.get(Object(await jsonBody(ctx)), name))
  return new URLSearchParams(await text(ctx.req)).get(name) ?? ''
}
