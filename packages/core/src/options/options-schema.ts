import { z } from 'zod'
import type { ConflictResolver } from '../saving/conflict-policy.ts'
import { jsonSerializer } from '../records/attribute-serializer.ts'
import { LONGEST_INTERVAL } from '../session-lifetime.ts'
import type { SavePeriod } from '../save-policy.ts'
import { momentOf } from '../save-policy.ts'
import { WORKER_NAME } from '../worker.ts'
import type { ResolvedOptions } from './session-manager-options.ts'

const seconds = z.number().positive().max(LONGEST_INTERVAL)
const MAP_NAME = /^[a-z0-9_.-]+$/

/** Something with these methods. */
function having<T>(methods: readonly (keyof T & string)[], what: string): z.ZodType<T> {
  return z.custom<T>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      methods.every((method) => typeof Reflect.get(value, method) === 'function'),
    `expected ${what} with the methods ${methods.join(', ')}`,
  )
}

const savePeriod: z.ZodType<SavePeriod> = z.union(
  [
    z.enum(['attribute', 'shutdown', 'always', 'dirty']),
    z
      .number()
      .max(LONGEST_INTERVAL)
      .refine((value) => value > 1 || momentOf(value) !== undefined),
    z.strictObject({ every: seconds }),
  ],
  {
    error:
      "expected 'attribute' (-2), 'shutdown' (-1), 'always' (0), 'dirty' (1), or a number of seconds greater than 1, also as { every: seconds }",
  },
)

/** A schema for each option of `T`. */
export type OptionFields<T> = { readonly [Name in keyof T]-?: z.ZodType<T[Name]> }

/** The options of the session manager. Adapters add theirs. */
export const MANAGER_FIELDS: OptionFields<ResolvedOptions> = {
  topology: z.enum(['client-server', 'peer-to-peer']).optional(),
  clusterMembers: z.array(z.string().min(1)).min(1).optional(),
  clusterName: z.string().min(1).optional(),
  memberConfigLocation: z
    .string()
    .regex(/\.(ya?ml|xml)$/, 'expected the path of a .yaml, .yml or .xml file')
    .optional(),
  membersPerHost: z.number().int().min(1).max(100).optional(),
  client: having<NonNullable<ResolvedOptions['client']>>(['getMap', 'getConfig'], 'a Hazelcast client').optional(),
  recordStore: having<NonNullable<ResolvedOptions['recordStore']>>(
    ['load', 'create', 'replace', 'remove', 'close'],
    'a record store',
  ).optional(),
  enabled: z.boolean().default(true),
  mapName: z
    .string()
    .regex(MAP_NAME, 'expected lower-case letters, digits, "_", "." and "-"')
    .default('session_replication'),
  sticky: z.boolean().default(true),
  workerName: z.string().regex(WORKER_NAME, 'expected 1 to 32 letters, digits, "_" and "-"').optional(),
  savePeriod: savePeriod.optional(),
  deferredWrite: z.boolean().optional(),
  stalePeriod: z.number().nonnegative().max(3600).default(10),
  maxLocalSessions: z.number().int().positive().max(10_000_000).default(10_000),
  maxLocalBytes: z
    .number()
    .int()
    .positive()
    .default(64 * 1024 * 1024),
  transientAttributes: z.array(z.string().min(1)).optional(),
  maxInactiveInterval: seconds.default(1800),
  absoluteTimeout: seconds.optional(),
  touchAfter: z.number().nonnegative().optional(),
  cleanUpPeriod: seconds
    .max(3600, 'expected at most 3600 seconds (it is seconds here; the old Jetty managers counted milliseconds)')
    .default(60),
  operationTimeout: z.number().int().min(1).max(600_000).default(2000),
  conflict: z
    .union([z.enum(['last-write-wins', 'fail']), z.custom<ConflictResolver>(isFunction)], {
      error: "expected 'last-write-wins', 'fail' or a function",
    })
    .default('last-write-wins'),
  merge: z.enum(['attributes', 'deep']).default('attributes'),
  onStoreError: z.enum(['fail', 'local']).default('fail'),
  localServiceLimit: seconds.default(300),
  onUnreadable: z.enum(['new', 'fail', 'remove']).default('new'),
  maxSessionBytes: z
    .number()
    .int()
    .positive()
    .default(1024 * 1024),
  endedMarkerMargin: z.number().nonnegative().default(600),
  shutdownOnDestroy: z.boolean().default(true),
  serializer: having<ResolvedOptions['serializer']>(['stringify', 'parse'], 'a serializer').default(jsonSerializer),
  logger: having<NonNullable<ResolvedOptions['logger']>>(['debug', 'info', 'warn', 'error'], 'a logger').optional(),
  debug: z.boolean().default(false),
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}
