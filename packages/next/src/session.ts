import type { SessionAttributes } from '@hazelcast-session/core'

/** What every session has beside its attributes. These names cannot be attributes. */
export type SessionMethods<Data> = {
  /** The bare id; of a session that was never stored, one that it may get. */
  readonly id: string
  /** Whether the session has never been stored: no cookie, or one of a session that is none any more. */
  readonly isNew: boolean
  /** Whose session it is: what `signIn` said. */
  readonly principal: string | undefined
  /** Seconds without a request after which this session ends; saved with it. */
  maxInactiveInterval: number
  /** Seconds that the browser keeps this session's cookie; `undefined`: as the options say. -1: until it closes. */
  cookieMaxAge: number | undefined
  /** Assigns one attribute, and saves. Resolves when the cluster has confirmed it. */
  set<Name extends keyof Data & string>(name: Name, value: Data[Name]): Promise<void>
  /** Saves what was changed, now. Of no use in `withSession`, which saves at its end. After `destroy`: does nothing. */
  save(): Promise<void>
  /**
   * Changes the session atomically in the cluster: `change` gets what is stored, with this request's unsaved changes on
   * top. It must be synchronous and may run several times; its result is returned when the cluster has confirmed it.
   */
  update<R>(change: (data: Partial<Data>) => R): Promise<R>
  /** Gives the session a new id, and notes whose it is; data are kept. */
  signIn(principal: string): Promise<void>
  /** Ends the session everywhere, and makes the browser forget its cookie. The same as `destroy`. */
  signOut(): Promise<void>
  /** Gives the session a new id; data are kept. */
  changeId(): Promise<void>
  /** Shows what is stored now; unsaved changes are gone. */
  reload(): Promise<void>
  /** Ends the session everywhere, and makes the browser forget its cookie. */
  destroy(): Promise<void>
  /** The attributes as a plain object, which may be handed to a Client Component. */
  toJSON(): Partial<Data>
}

/** The session of a request: attributes as properties, none of which need be there, and what can be done with it. */
export type Session<Data = SessionAttributes> = SessionMethods<Data> & {
  -readonly [Name in keyof Data as Exclude<Name, keyof SessionMethods<Data>>]?: Data[Name] | undefined
}
