import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { SessionEventName } from '../src/session-events.ts'

/** The compiler keeps this list complete. */
const EVENTS: Readonly<Record<SessionEventName, true>> = {
  created: true,
  destroyed: true,
  idChanged: true,
  takenOver: true,
  conflict: true,
  lateWrite: true,
  restored: true,
  storeUnavailable: true,
  storeAvailable: true,
}

test('docs/reference/events.md has a heading for every event, and for nothing else', async () => {
  const page = await readFile(new URL('../../../docs/reference/events.md', import.meta.url), 'utf8')
  const headings = [...page.matchAll(/^## `(\w+)`$/gm)].map(([, name]) => name)
  expect(headings).toEqual(Object.keys(EVENTS))
})
