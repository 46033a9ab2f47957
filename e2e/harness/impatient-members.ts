/**
 * Properties of members that take each other for dead, and look for each other to merge, within seconds: so that a test need
 * not wait for minutes.
 */
export const IMPATIENT = {
  'hazelcast.max.no.heartbeat.seconds': 5,
  'hazelcast.merge.first.run.delay.seconds': 3,
  'hazelcast.merge.next.run.delay.seconds': 3,
} as const
