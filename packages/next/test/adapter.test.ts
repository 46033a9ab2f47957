import { describeAdapter } from '@hazelcast-session/conformance'
import { describe, test } from 'vitest'
import { pagesHarness } from './support/pages-app.ts'

describeAdapter({ name: 'Next.js Pages Router', runner: { describe, test }, harness: pagesHarness })
