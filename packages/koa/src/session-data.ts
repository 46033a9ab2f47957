/**
 * What an application keeps in its sessions. Declare it once:
 * `declare module '@hazelcast-session/koa' { interface SessionData { user: string } }`.
 */
export interface SessionData {}

/** What is stored of it: nothing has to be there. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- applications fill it
export type StoredData = Partial<SessionData>
