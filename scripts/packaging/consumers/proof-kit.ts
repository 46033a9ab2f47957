import { describe, test } from 'node:test'
import { LeapClock, describeAdapter, describeRecordStore } from '@hazelcast-session/conformance'
import type { AdapterHarness } from '@hazelcast-session/conformance'
import { MemoryRecordStore, SessionManager } from '@hazelcast-session/core'
import type { SessionManagerOptions } from '@hazelcast-session/core'
import { startMember } from '@hazelcast-session/member'
import type { Member } from '@hazelcast-session/member'

export const member: Promise<Member> = startMember()
export const options: SessionManagerOptions = { recordStore: new MemoryRecordStore(), savePeriod: { every: 5 } }
export const manager = new SessionManager(options)
// @ts-expect-error -- it is called `clusterMembers`
export const misspelled: SessionManagerOptions = { clusterMember: ['hz:5701'] }

describeRecordStore({
  name: 'a store',
  runner: { describe, test },
  create: () => {
    const clock = new LeapClock()
    return { store: new MemoryRecordStore(clock), advance: (ms) => clock.leap(ms) }
  },
})

declare const harness: AdapterHarness
describeAdapter({ name: 'an adapter', runner: { describe, test }, harness })
