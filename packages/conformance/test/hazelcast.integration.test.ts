import { afterAll, beforeAll, describe, test } from 'vitest'
import { describeRecordStore, describeSessions } from '@hazelcast-session/conformance'
import { RealCluster, canStartMembers } from './real-cluster.ts'

describe.skipIf(!canStartMembers)('on a real member', () => {
  let cluster: RealCluster

  beforeAll(async () => {
    cluster = await RealCluster.start()
  })

  afterAll(() => cluster?.stop())

  describeRecordStore({
    name: 'a configured Hazelcast map',
    runner: { describe, test },
    create: () => cluster.storeHarness('configured'),
    skip: [
      {
        case: 'values of other applications',
        reason: 'the indexes of a configured map let nothing in that is not JSON',
      },
    ],
  })

  describeRecordStore({
    name: 'a stock Hazelcast map',
    runner: { describe, test },
    create: () => cluster.storeHarness('stock'),
  })

  describeSessions({
    name: 'a configured Hazelcast map',
    runner: { describe, test },
    create: () => cluster.sessionsHarness('configured'),
  })

  describeSessions({
    name: 'a stock Hazelcast map',
    runner: { describe, test },
    create: () => cluster.sessionsHarness('stock'),
  })
})
