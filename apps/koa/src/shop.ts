import { setTimeout as pause } from 'node:timers/promises'
import { increment, isAttributeName, page, putIntoCart } from '@hazelcast-session/shop'
import type Koa from 'koa'
import { field, jsonBody } from './body.ts'
import type { Door } from './door.ts'
import './session-data.ts'

/** What a route does; `name` is the last part of a path that ends with one. */
type Route = (ctx: Koa.Context, name: string) => unknown

const NAMED = /^(?<path>\/api\/(?:attributes|increment|redirect)\/)(?<name>[^/]*)$/

/** The shop: a page, and the JSON routes that tests and benchmarks use. For requests that have a session. */
export function shop(door: Door): Koa.Middleware {
  const routes: Readonly<Record<string, Route>> = { ...pageRoutes(door), ...apiRoutes(door) }
  return async (ctx, next) => {
    const { path = ctx.path, name = '' } = NAMED.exec(ctx.path)?.groups ?? {}
    const route = routes[`${ctx.method} ${path}`]
    if (!route) return next()
    if (path !== ctx.path && !isAttributeName(name)) ctx.status = 400
    else await route(ctx, name)
  }
}

function pageRoutes(door: Door): Record<string, Route> {
  const back: Route = (ctx) => seeOther(ctx, '/')
  return {
    'GET /': (ctx) => {
      const { user, cart = {} } = ctx.session
      // Who goes back after a log-out shall not see what was there before.
      ctx.set('cache-control', 'no-store')
      ctx.body = page({ worker: door.worker, user, cart })
    },
    'POST /login': async (ctx) => door.signIn(ctx, await field(ctx, 'user')).then(() => back(ctx, '')),
    'POST /logout': async (ctx) => door.signOut(ctx).then(() => back(ctx, '')),
    'POST /cart': async (ctx) => {
      const item = await field(ctx, 'item')
      await door.update(ctx, (data) => putIntoCart(data, item))
      back(ctx, '')
    },
  }
}

function apiRoutes(door: Door): Record<string, Route> {
  return {
    'GET /api/session': (ctx) => {
      const isNew = door.isNew(ctx)
      const id = isNew ? null : idOf(ctx.session.externalKey)
      ctx.body = { isNew, id, worker: door.worker, attributes: ctx.session.toJSON() }
    },
    'PUT /api/attributes/': async (ctx, name) => {
      ctx.session[name] = await jsonBody(ctx)
      await pause(Number(ctx.query['delay'] ?? 0))
      ctx.status = 204
    },
    'DELETE /api/attributes/': (ctx, name) => {
      delete ctx.session[name]
      ctx.status = 204
    },
    'POST /api/increment/': async (ctx, name) => {
      ctx.body = { value: await door.update(ctx, (data) => increment(data, name)) }
    },
    'POST /api/login': async (ctx) => {
      await door.signIn(ctx, await field(ctx, 'user'))
      ctx.status = 204
    },
    'POST /api/logout': async (ctx) => {
      await door.signOut(ctx)
      ctx.status = 204
    },
    'POST /api/redirect/': async (ctx, name) => {
      ctx.session[name] = await jsonBody(ctx)
      seeOther(ctx, '/api/session')
    },
  }
}

function seeOther(ctx: Koa.Context, to: string): void {
  ctx.status = 303
  ctx.redirect(to)
}

/** Behind the store's door an id may have the name of a worker behind it, which the other door gave out. */
function idOf(key: string): string {
  const [id = ''] = key.split('.')
  return id
}
