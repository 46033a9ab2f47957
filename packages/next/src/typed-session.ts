import type { Session } from './session.ts'

/** The session as the application says that its sessions are; nobody can check that. */
export function typedSession<Data>(session: Session): Session<Data> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return session as Session<Data>
}
