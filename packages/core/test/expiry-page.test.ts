import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { SessionLifetime } from '../src/session-lifetime.ts'

/** How late a sweep is, and by how much of the period it may be later than the one before. */
const LATENESS = 5
const JITTER = 1.1

test('the figures in docs/reference/expiry.md are those of the code', async () => {
  const page = await readFile(new URL('../../../docs/reference/expiry.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\|((?: +\d[\d. –]*\|){7})$/gm)].map(([, cells = '']) =>
    cells
      .split('|')
      .slice(0, 7)
      .map((cell) => cell.trim()),
  )
  expect(rows.length).toBeGreaterThan(3)
  for (const row of rows) {
    const [maxInactiveInterval = 0, , cleanUpPeriod = 0] = row.map(Number)
    const lifetime = new SessionLifetime({ maxInactiveInterval, cleanUpPeriod, endedMarkerMargin: 600 })
    const used = { createdAt: 0, lastAccessedAt: 0, maxInactiveInterval }
    const expiresAt = lifetime.expiresAt(used)
    let touchAfter = 0
    while (!lifetime.isTouchDue(used, touchAfter * 1000)) touchAfter += 0.5
    const told = [LATENESS, LATENESS + cleanUpPeriod * JITTER].map((late) => expiresAt / 1000 + late)
    expect(row).toEqual([
      ...[maxInactiveInterval, touchAfter, cleanUpPeriod, maxInactiveInterval, expiresAt / 1000].map(String),
      told.join(' – '),
      String(lifetime.liveEntry(expiresAt, 0).seconds),
    ])
  }
})
