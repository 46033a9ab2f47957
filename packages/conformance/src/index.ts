export { describeAdapter } from './adapter/describe-adapter.ts'
export type { AdapterSuite } from './adapter/describe-adapter.ts'
export type {
  AdapterHarness,
  AdapterOptions,
  AdapterWorker,
  Visit,
  VisitAnswer,
  VisitHandler,
} from './adapter/adapter-harness.ts'
export { ObservedRecordStore } from './adapter/observed-record-store.ts'
export { LeapClock } from './leap-clock.ts'
export { describeRecordStore } from './record-store/describe-record-store.ts'
export type { RecordStoreSuite } from './record-store/describe-record-store.ts'
export type { ForeignValues, Outage, StoreHarness } from './record-store/store-harness.ts'
export { describeSessions } from './sessions/describe-sessions.ts'
export type { SessionsSuite } from './sessions/describe-sessions.ts'
export type { SessionsHarness } from './sessions/sessions-harness.ts'
export type { Skip, TestRunner } from './suite.ts'
