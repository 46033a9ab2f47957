import { HiddenValue } from '@hazelcast-session/core/adapter'
import type Koa from 'koa'
import type { KoaExchange } from './koa-exchange.ts'

/** Where a request keeps its exchange: not a name, so that no application meets it. */
const EXCHANGE: unique symbol = Symbol('hazelcastSession')

type Shown = Koa.Context & { [EXCHANGE]?: KoaExchange }

/** `ctx.session` and `ctx.sessionOptions`, of whatever request they are read. For one that is not ours they are not there. */
const PROPERTIES: Readonly<Record<'session' | 'sessionOptions', PropertyDescriptor>> & ThisType<Shown> = {
  session: {
    get() {
      return this[EXCHANGE]?.session
    },
    set(value: unknown) {
      if (this[EXCHANGE]) this[EXCHANGE].session = value
      else assign(this, 'session', value)
    },
    configurable: true,
  },
  sessionOptions: {
    get() {
      return this[EXCHANGE]?.sessionOptions
    },
    set(value: unknown) {
      if (this[EXCHANGE]) throw new TypeError('Cannot set `ctx.sessionOptions`, only what is in it')
      assign(this, 'sessionOptions', value)
    },
    configurable: true,
  },
}
const NAMES = ['session', 'sessionOptions'] as const

/** Gives the request its `session` and `sessionOptions`. */
export function showOn(ctx: Shown, exchange: KoaExchange): void {
  Object.defineProperty(ctx, EXCHANGE, new HiddenValue(exchange))
  for (const name of NAMES) {
    if (!isInherited(ctx, name)) Object.defineProperty(ctx, name, PROPERTIES[name])
  }
}

/** Whether the request has a session of ours. */
export function hasSession(ctx: Shown): boolean {
  return EXCHANGE in ctx
}

/**
 * Whether the request has the property from what all requests of its application inherit, where it is put once: on each
 * request it would cost more than all else that is done for one. What the application has there itself stays.
 */
function isInherited(ctx: Shown, name: (typeof NAMES)[number]): boolean {
  const { context } = ctx.app
  if (!(name in context)) Object.defineProperty(context, name, PROPERTIES[name])
  // An application may put its own there at any time, and on the request before it comes here.
  const isOurs = Object.getOwnPropertyDescriptor(context, name)?.get === PROPERTIES[name].get
  return isOurs && !Object.hasOwn(ctx, name) && Object.getPrototypeOf(ctx) === context
}

/** As an assignment does where nothing is inherited. */
function assign(ctx: object, name: string, value: unknown): void {
  Object.defineProperty(ctx, name, { value, writable: true, enumerable: true, configurable: true })
}
