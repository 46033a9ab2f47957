import type { Session, SessionManager } from '@hazelcast-session/core'
import { HazelcastStore } from './hazelcast-store.ts'
import { surfaces } from './session-surface.ts'

/** `request.sessionStore`: the store of the other door, for tools, which knows the session objects of this one. */
export class RequestStore extends HazelcastStore {
  constructor(manager: SessionManager) {
    super({ manager })
  }

  protected override shownAs(owner: object): Session | undefined {
    const shown = surfaces.find(owner)
    return shown?.owner.store === this ? shown.view : undefined
  }
}
