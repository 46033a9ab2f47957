import { randomUUID } from 'node:crypto'
import hazelcast from 'hazelcast-client'
import type { IMap } from 'hazelcast-client'
import type { Clock } from '../clock.ts'
import { householdKey, householdText } from '../household.ts'
import { SessionError } from '../session-error.ts'

/** Milliseconds that the probe entry lives when nobody can remove it any more. */
const PROBE_TTL = 60_000

/** What an entry of our own tells of a map. */
export interface MapLife {
  /**
   * Seconds that the map gives to an entry that is replaced: its `time-to-live-seconds`. 0: none; a replaced entry would
   * live for ever.
   */
  readonly entryLife: number
  /** Milliseconds by which the member's clock is ahead of ours, to about a second. */
  readonly clockSkew: number
}

/** Writes, replaces, looks at and removes an entry. Rejects when the map cannot do compare-and-set on our values. */
export async function probeMapLife(map: IMap<string, unknown>, clock: Clock): Promise<MapLife> {
  const key = householdKey(`probe.${randomUUID()}`)
  const expiresAt = clock.now() + PROBE_TTL
  const value = (step: number): unknown =>
    new hazelcast.HazelcastJsonValue(householdText(expiresAt, { probe: key, step }))
  const before = clock.now()
  await map.putIfAbsent(key, value(1), PROBE_TTL)
  try {
    // The member floors to whole seconds.
    const written = (await map.getEntryView(key)).expirationTime.toNumber() - PROBE_TTL + 500
    const clockSkew = written - (before + clock.now()) / 2
    if (!(await map.replaceIfSame(key, value(1), value(2)))) {
      throw new SessionError(
        'STORE_UNAVAILABLE',
        'The map does not compare values as sessions need it: replacing a value that was just written failed. ' +
          'Is something else writing to it, such as a MapStore or an interceptor?',
      )
    }
    const view = await map.getEntryView(key)
    const ttl = view.ttl.toNumber()
    // `Long.MAX_VALUE` stands for an entry that never expires.
    return { entryLife: ttl > Number.MAX_SAFE_INTEGER ? 0 : Math.round(ttl / 1000), clockSkew }
  } finally {
    await map.delete(key)
  }
}
