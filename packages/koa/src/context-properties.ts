import { HiddenValue } from '@hazelcast-session/core/adapter'
import type Koa from 'koa'
import type { KoaExchange } from './koa-exchange.ts'

/** Where a request keeps its exchange: not a name, so that no application meets it. */
const EXCHANGE: unique symbol = Symbol('hazelcastSession')

type Shown = Koa.Context & { [EXCHANGE]?: KoaExchange }

/** `ctx.session` and `ctx.sessionOptions`, of whatever request they are read. */
const PROPERTIES: PropertyDescriptorMap & ThisType<Shown> = {
  session: {
    get() {
      return this[EXCHANGE]?.session
    },
    set(value: unknown) {
      if (this[EXCHANGE]) this[EXCHANGE].session = value
    },
    configurable: true,
  },
  sessionOptions: {
    get() {
      return this[EXCHANGE]?.sessionOptions
    },
    configurable: true,
  },
}

/** Gives the request its `session` and `sessionOptions`. */
export function showOn(ctx: Shown, exchange: KoaExchange): void {
  Object.defineProperty(ctx, EXCHANGE, new HiddenValue(exchange))
  Object.defineProperties(ctx, PROPERTIES)
}

/** Whether the request has a session of ours. */
export function hasSession(ctx: Shown): boolean {
  return EXCHANGE in ctx
}
