import { describeAdapter } from '@hazelcast-session/conformance'
import { describe, test } from 'vitest'
import { fastifyHarness } from './support/adapter-app.ts'

describeAdapter({ name: 'Fastify 5', runner: { describe, test }, harness: fastifyHarness })
