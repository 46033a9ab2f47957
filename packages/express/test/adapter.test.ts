import { describeAdapter } from '@hazelcast-session/conformance'
import { describe, test } from 'vitest'
import { expressHarness } from './support/adapter-app.ts'
import { EXPRESS_VERSIONS } from './support/express-versions.ts'

for (const [name, version] of EXPRESS_VERSIONS) {
  describeAdapter({ name, runner: { describe, test }, harness: expressHarness(version) })
}
