import { MemoryRecordStore, SessionManager } from '@hazelcast-session/core'
import { describe, test } from 'vitest'
import { LeapClock, describeRecordStore, describeSessions } from '@hazelcast-session/conformance'

describeRecordStore({
  name: 'memory',
  runner: { describe, test },
  create: () => {
    const clock = new LeapClock()
    const store = new MemoryRecordStore(clock)
    return { store, advance: (ms) => clock.leap(ms), secondsLeft: async (key) => store.secondsLeft(key) }
  },
  skip: [
    { case: 'outages', reason: 'what it keeps is in this process, and cannot go away' },
    { case: 'values of other applications', reason: 'nobody else can put anything into it' },
  ],
})

describeSessions({
  name: 'memory',
  runner: { describe, test },
  create: () => {
    const clock = new LeapClock()
    const store = new MemoryRecordStore(clock)
    return {
      store,
      manager: (options) => new SessionManager({ ...options, recordStore: store }, { clock, environment: {} }),
      advance: (ms) => clock.leap(ms),
    }
  },
})
