import { describeAdapter } from '@hazelcast-session/conformance'
import { describe, test } from 'vitest'
import { pagesHarness } from './support/pages-app.ts'

describeAdapter({ name: 'Pages Router', runner: { describe, test }, harness: pagesHarness })
