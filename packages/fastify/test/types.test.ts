import type { FastifySessionObject, SessionStore } from '@fastify/session'
import type { Http2Server, Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest, RouteHandler, Session } from 'fastify'
import { expectTypeOf, test } from 'vitest'
import { hazelcastSession } from '../src/index.ts'
import type {
  HazelcastSessionOptions,
  HazelcastSessions,
  HazelcastStore,
  HazelcastStoreOptions,
  ListedSession,
  StoredData,
} from '../src/index.ts'
import './support/session-data.ts'

type Data = Parameters<Parameters<FastifySessionObject['update']>[0]>[0]

test('what the application declares in Fastify’s `Session` is seen in `request.session`, `get`, `set` and `update`', () => {
  expectTypeOf<FastifyRequest['session']>().toEqualTypeOf<FastifySessionObject>()
  expectTypeOf<FastifyRequest['session']['count']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<Data>().toEqualTypeOf<StoredData>()
  expectTypeOf<Data['cart']>().toEqualTypeOf<{ items: string[]; total?: number } | undefined>()
  const changed = (session: FastifySessionObject): void => {
    session.set('count', 1)
    expectTypeOf(session.get('user')).toEqualTypeOf<string | undefined>()
    // @ts-expect-error -- it is a number
    session.set('count', 'one')
    // @ts-expect-error -- it is called `count`
    session.counter = 1
  }
  expectTypeOf(changed).returns.toBeVoid()
})

test('a name that the application does not declare, the cookie, and a value of another type do not compile in `update`', () => {
  const misspelled = (data: Data): void => {
    // @ts-expect-error -- it is called `count`
    data.counter = 1
    // @ts-expect-error -- it is a number
    data.count = 'one'
    // @ts-expect-error -- it is no attribute
    data.cookie = undefined
  }
  expectTypeOf(misspelled).parameter(0).toEqualTypeOf<StoredData>()
})

test('what `hazelcastSession` adds is typed, and read-only where it is', () => {
  expectTypeOf<FastifySessionObject['signIn']>().toEqualTypeOf<(principal: string) => Promise<void>>()
  expectTypeOf<FastifySessionObject['maxInactiveInterval']>().toBeNumber()
  expectTypeOf<FastifyInstance['sessions']>().toEqualTypeOf<HazelcastSessions>()
  const updated = (session: FastifySessionObject): Promise<string> => session.update((data) => data.user ?? 'nobody')
  expectTypeOf(updated).returns.resolves.toBeString()
  const assigned = (session: FastifySessionObject): void => {
    // @ts-expect-error -- the session knows
    session.isNew = false
  }
  expectTypeOf(assigned).returns.toBeVoid()
})

test('the plugin is one of Fastify’s, with its options', () => {
  expectTypeOf(hazelcastSession).toEqualTypeOf<FastifyPluginAsync<HazelcastSessionOptions>>()
  expectTypeOf<{ secret: string; cookieName: string; rolling: false }>().toExtend<HazelcastSessionOptions>()
  // @ts-expect-error -- it is called `saveUninitialized`
  expectTypeOf<{ saveUninitialised: boolean }>().toExtend<HazelcastSessionOptions>()
  const registered = (app: FastifyInstance): void => {
    void app.register(hazelcastSession, { secret: 'a', cookie: { secure: 'auto', maxAge: 1000 } })
    // @ts-expect-error -- it is a text
    void app.register(hazelcastSession, { cookieName: 7 })
  }
  expectTypeOf(registered).returns.toBeVoid()
})

test('the health check is a handler of any server', () => {
  const routed = (
    app: FastifyInstance,
    other: FastifyInstance<Http2Server, Http2ServerRequest, Http2ServerResponse>,
  ): void => {
    app.get('/health', app.sessions.health)
    other.get('/health', other.sessions.health)
    other.get('/health', app.sessions.health)
  }
  expectTypeOf(routed).returns.toBeVoid()
  const answered = ({ health }: HazelcastSessions, request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    health(request, reply)
  expectTypeOf(answered).not.toBeAny()
  expectTypeOf<HazelcastSessions['health']>().toExtend<RouteHandler>()
})

test('the store is one of the library’s, for callbacks and for promises', () => {
  expectTypeOf<HazelcastStore>().toExtend<SessionStore>()
  expectTypeOf<HazelcastStore['all']>().toBeCallableWith((_error, sessions) => void sessions?.length)
  const ids = (store: HazelcastStore): Promise<string[]> => store.ids()
  const get = (store: HazelcastStore): Promise<Session | undefined> => store.get('id')
  expectTypeOf([ids, get]).not.toBeAny()
  expectTypeOf<ListedSession>().toExtend<Session>()
  expectTypeOf<{ clusterMembers: string[] }>().toExtend<HazelcastStoreOptions>()
  // @ts-expect-error -- it is called `clusterMembers`
  expectTypeOf<{ clusterMember: string[] }>().toExtend<HazelcastStoreOptions>()
})
