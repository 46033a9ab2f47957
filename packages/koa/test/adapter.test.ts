import { describeAdapter } from '@hazelcast-session/conformance'
import Koa from 'koa'
import Koa2 from 'koa2'
import { describe, test } from 'vitest'
import { koaHarness } from './support/adapter-app.ts'

for (const [name, version] of [
  ['Koa 3', Koa],
  ['Koa 2', Koa2],
] as const) {
  describeAdapter({ name, runner: { describe, test }, harness: koaHarness(version) })
}
