import { calledBack } from '@hazelcast-session/core/adapter'
import type { FormerStore } from '@hazelcast-session/core/adapter'
import type { Session } from 'fastify'
import { isHidden } from './hidden-names.ts'
import type { ImportStore } from './plugin-options.ts'

type Time = Date | string | null | undefined

/** When the session ends by its cookie, in epoch ms; a store may have made a text of the date. */
function endOf(cookie: unknown): number {
  const { originalExpires, expires }: { originalExpires?: Time; expires?: Time } = Object(cookie)
  const end = originalExpires ?? expires
  return end ? new Date(end).getTime() : Infinity
}

/** A store of @fastify/session's kind, to take sessions over from. The library looks itself whether a session is over. */
export function formerStore(store: ImportStore): FormerStore {
  return {
    find: async (id) => {
      const data = await calledBack<Session | null>((done) => store.get(id, done))
      const cookie = data?.cookie
      if (!data || endOf(cookie) <= Date.now()) return undefined
      const attributes = Object.fromEntries(Object.entries(data).filter(([name]) => !isHidden(name)))
      return { attributes, maxAge: cookie?.originalMaxAge }
    },
    remove: (id) => calledBack((done) => store.destroy(id, done)),
  }
}
