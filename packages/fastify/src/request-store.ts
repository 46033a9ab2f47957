import type { Session, SessionManager } from '@hazelcast-session/core'
import { HazelcastStore } from './hazelcast-store.ts'

/** `request.sessionStore`: the store of the other door, for tools, which knows the session objects of this one. */
export class RequestStore extends HazelcastStore {
  constructor(manager: SessionManager) {
    super({ manager })
  }

  /** Notes that `session` shows `view`. */
  override know(session: object, view: Session): void {
    super.know(session, view)
  }
}
