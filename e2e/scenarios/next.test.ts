import { beforeAll, describe, expect, test } from 'vitest'
import { describeActions } from '../acts/next/actions.ts'
import { describeOutage } from '../acts/next/outage.ts'
import { describePagesRouter } from '../acts/next/pages-router.ts'
import { describeComponents } from '../acts/next/components.ts'
import { describeProcess } from '../acts/next/process.ts'
import { describeProxy } from '../acts/next/proxy.ts'
import { describeRouteHandlers } from '../acts/next/route-handlers.ts'
import { NextCast } from '../harness/next-cast.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { Stage } from '../harness/stage.ts'

/** Ms for a build on a busy machine. */
const BUILD_LIMIT = 600_000

describe.skipIf(!canStartMembers).each([16, 15] as const)('an application of Next.js %i', (major) => {
  const stage = new Stage()
  const cast = new NextCast()
  beforeAll(() => cast.start(stage, major), BUILD_LIMIT)

  test('is one of that version', () => {
    for (const { output } of cast.workers) expect(output).toContain(`Next.js ${major}.`)
  })

  describeProcess(cast)
  describeComponents(cast)
  describeRouteHandlers(cast)
  describeActions(cast)
  describePagesRouter(cast)
  describeProxy(cast)
  describeOutage(cast)
})
