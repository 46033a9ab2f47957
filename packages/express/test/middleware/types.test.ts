import express from 'express'
import type { Request, RequestHandler } from 'express'
import type session from 'express-session'
import { expectTypeOf, test } from 'vitest'
import type { hazelcastSession } from '../../src/index.ts'
import type { HazelcastSessionOptions, HazelcastSessions, StoredData } from '../../src/index.ts'
import '../support/session-data.ts'

type Own = Request['session']

test('the middleware is a handler of Express, and has a manager and a health handler', () => {
  expectTypeOf<HazelcastSessions>().toExtend<RequestHandler>()
  expectTypeOf<HazelcastSessions['health']>().toExtend<RequestHandler>()
  const use = (sessions: HazelcastSessions): unknown => express().use(sessions).get('/health', sessions.health)
  expectTypeOf(use).returns.toBeUnknown()
})

test('`req.session` has what the application declares, the methods of the library, and ours', () => {
  expectTypeOf<Own['user']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<Own['maxInactiveInterval']>().toEqualTypeOf<number>()
  expectTypeOf<Own['signIn']>().parameters.toEqualTypeOf<[principal: string]>()
  expectTypeOf<Own['signOut']>().returns.resolves.toBeVoid()
  expectTypeOf<Own['changeId']>().returns.resolves.toBeVoid()
  const updated = (own: Own): Promise<number> => own.update((data) => data.count ?? 0)
  expectTypeOf(updated).returns.resolves.toBeNumber()
  expectTypeOf<Parameters<Parameters<Own['update']>[0]>[0]>().toEqualTypeOf<StoredData>()
})

test('options of the library are ours too, but for the store', () => {
  type Theirs = Omit<session.SessionOptions, 'store'>
  expectTypeOf<Theirs>().toExtend<HazelcastSessionOptions>()
  expectTypeOf<session.SessionOptions['secret']>().toExtend<HazelcastSessionOptions['secret']>()
  expectTypeOf<readonly string[]>().toExtend<HazelcastSessionOptions['secret']>()
  // @ts-expect-error -- sessions are kept in Hazelcast
  const options: Parameters<typeof hazelcastSession>[0] = { store: {} }
  expectTypeOf(options).not.toBeAny()
})

test("flags of the cookie are the library's, and `sameSite: 'auto'`, which its types do not know", () => {
  type Cookie = HazelcastSessionOptions['cookie']
  expectTypeOf<session.CookieOptions>().toExtend<Cookie>()
  expectTypeOf<{ sameSite: 'auto'; secure: 'auto' }>().toExtend<Cookie>()
  expectTypeOf<(req: Request) => { sameSite: 'auto' }>().toExtend<Cookie>()
  expectTypeOf<{ sameSite: 'sometimes' }>().not.toExtend<Cookie>()
})
