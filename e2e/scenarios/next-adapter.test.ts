import { describeAdapter } from '@hazelcast-session/conformance'
import type { Skip } from '@hazelcast-session/conformance'
import { beforeAll, describe, test } from 'vitest'
import { builtVisits } from '../harness/next-app.ts'
import { NextVisits } from '../harness/next-visits.ts'

/** Ms for a build on a busy machine. */
const BUILD_LIMIT = 600_000

const NO_RESPONSE = 'a Route Handler has no response of node: it returns one of its own'
const SKIPPED: readonly Skip[] = [
  { case: 'writeHead with headers of its own', reason: NO_RESPONSE },
  { case: 'pieces that are written one by one', reason: NO_RESPONSE },
  { case: 'whoever ends a response is called back', reason: NO_RESPONSE },
  {
    case: 'a stream that changes the session while it runs',
    reason:
      'nobody says when a stream ends: an assignment is refused there, and `set` saves at once (see scenario `next`)',
  },
  {
    case: 'a handler that throws keeps the session that it began',
    reason: 'a function in `withSession` that fails saves nothing (see scenario `next`)',
  },
]

let visits: NextVisits

beforeAll(async () => {
  visits = await NextVisits.start(await builtVisits())
}, BUILD_LIMIT)

for (const [name, proxied] of [
  ['Next.js App Router', false],
  ['Next.js App Router behind sessionProxy', true],
] as const) {
  describeAdapter({
    name,
    runner: { describe, test },
    harness: { serve: (options, handler) => visits.serve(proxied, options, handler) },
    skip: SKIPPED,
  })
}
