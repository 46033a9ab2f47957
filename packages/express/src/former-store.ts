import { calledBack } from '@hazelcast-session/core/adapter'
import type { FormerStore } from '@hazelcast-session/core/adapter'
import type { SessionData } from 'express-session'
import { storedLife } from './cookie-settings.ts'
import { isHidden } from './hidden-names.ts'
import type { ImportStore } from './middleware-options.ts'

/** A store of express-session's kind, to take sessions over from. */
export function formerStore(store: ImportStore): FormerStore {
  return {
    find: async (id) => {
      const data = await calledBack<SessionData | null>((done) => store.get(id, done))
      if (!data) return undefined
      // Stores that do not go by the library's own may have none.
      const { end, maxAge } = storedLife(Reflect.get(data, 'cookie'))
      // Not every store looks whether its sessions are over.
      if (end <= Date.now()) return undefined
      const attributes = Object.fromEntries(Object.entries(data).filter(([name]) => !isHidden(name)))
      return { attributes, maxAge }
    },
    remove: (id) => calledBack((done) => store.destroy(id, done)),
  }
}
