import { z } from 'zod'
import type { OptionsExtension } from './resolve-options.ts'

/** The options that every adapter of our own middleware has beside those of the manager. */
export interface HttpOptions {
  /** Signs the cookie: the first signs, all verify. At least 32 characters in production. */
  readonly secret: readonly string[]
  /** Name of the plain cookie that carries the worker's name in place of the id's suffix; `undefined`: the suffix. */
  readonly routeCookie: string | undefined
}

const DEFAULT_ROUTE_COOKIE = 'hzroute'
const SHORTEST_SECRET = 32

/** Readers of these options. `environment` says whether this is production. */
export function httpOptions(environment: NodeJS.ProcessEnv): OptionsExtension<HttpOptions> {
  const isProduction = environment['NODE_ENV'] === 'production'
  const shortest = isProduction ? SHORTEST_SECRET : 1
  const secret = z
    .string('expected a text, or a list of texts')
    .min(shortest, `expected at least ${shortest} characters${isProduction ? ' in production' : ''}`)
  return {
    fields: {
      secret: z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(secret).min(1)),
      routeCookie: z
        .union([z.boolean(), z.string().min(1)])
        .optional()
        .transform((value) => (value === true ? DEFAULT_ROUTE_COOKIE : value === false ? undefined : value)),
    },
    readings: { secret: 'secrets', routeCookie: 'boolean' },
    contradictions: () => [],
  }
}
