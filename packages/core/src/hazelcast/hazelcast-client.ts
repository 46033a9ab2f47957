import type { Client } from 'hazelcast-client'

/** A connected client of the official package, as an application may have one already. */
export type HazelcastClient = Client
