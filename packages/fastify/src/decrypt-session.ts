import type { CookieOptions } from '@fastify/session'
import type { FastifyRequest } from 'fastify'
import { FastifyExchange } from './fastify-exchange.ts'
import type { FastifyExchangeConfig } from './fastify-exchange.ts'
import { exchangeOf, showOn } from './request-properties.ts'

type Done = (error?: unknown) => void

/** `app.decryptSession`: shows a session to whatever is taken for a request, by the value of its cookie. */
export interface DecryptSession {
  (signed: string, request: object, callback: Done): void
  (signed: string, request: object, cookieOptions: CookieOptions, callback: Done): void
}

export function decryptSession(config: FastifyExchangeConfig): DecryptSession {
  return (signed: string, request: object, terms: CookieOptions | Done, callback?: Done) => {
    const own = typeof terms === 'function' ? {} : terms
    const done = typeof terms === 'function' ? terms : callback
    const exchange = new FastifyExchange(config, {
      // Nobody reads of it but the application's own functions.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      request: request as FastifyRequest,
      reply: undefined,
      cookieHeader: `${config.cookie.name}=${encodeURIComponent(signed)}`,
      terms: { ...config.options.cookie, ...own },
    })
    const show = (): void => {
      exchange.assertLoaded()
      const of = exchangeOf(request)
      if (of) of.adopt(exchange)
      else showOn(request, exchange)
    }
    Promise.resolve(exchange.open())
      .then(show)
      .then(
        () => process.nextTick(() => done?.()),
        (error: unknown) => process.nextTick(() => done?.(error)),
      )
  }
}
