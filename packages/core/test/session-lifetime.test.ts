import { expect, test } from 'vitest'
import { SessionLifetime } from '../src/session-lifetime.ts'
import type { SessionLifetimeOptions } from '../src/session-lifetime.ts'

const DEFAULTS: SessionLifetimeOptions = { maxInactiveInterval: 1800, cleanUpPeriod: 60, endedMarkerMargin: 600 }

function lifetime(options: Partial<SessionLifetimeOptions> = {}): SessionLifetime {
  return new SessionLifetime({ ...DEFAULTS, ...options })
}

function aging(maxInactiveInterval = 1800, lastAccessedAt = 0, createdAt = 0) {
  return { createdAt, lastAccessedAt, maxInactiveInterval }
}

test.each([
  [1, 1],
  [20, 1],
  [100, 5],
  [1200, 60],
  [1800, 60],
  [86_400, 60],
])('a session of %i seconds is touched every %i seconds', (interval, touchAfter) => {
  const { isTouchDue } = bound(lifetime())
  expect(isTouchDue(aging(interval), touchAfter * 1000 - 1)).toBe(false)
  expect(isTouchDue(aging(interval), touchAfter * 1000)).toBe(true)
})

test('a session expires its interval, one touch and the allowed skew after the last request', () => {
  expect(lifetime().expiresAt(aging(1800, 5000))).toBe(5000 + (1800 + 60 + 2) * 1000)
  expect(lifetime({ touchAfter: 10 }).expiresAt(aging(100))).toBe((100 + 10 + 2) * 1000)
})

test('a session is never over before its interval, nor later than touchAfter and 5 seconds', () => {
  for (const interval of [1, 30, 100, 1800, 604_800]) {
    for (const touchAfter of [undefined, 0, 1, 60]) {
      const expiry = lifetime({ touchAfter }).expiresAt(aging(interval)) / 1000
      const latest = interval + (touchAfter ?? Math.min(60, Math.max(1, interval / 20))) + 5
      expect(expiry).toBeGreaterThanOrEqual(interval + 2)
      expect(expiry).toBeLessThanOrEqual(latest)
    }
  }
})

test('with touchAfter: 0 every request is told to the store', () => {
  expect(lifetime({ touchAfter: 0 }).isTouchDue(aging(1800, 5000), 5000)).toBe(true)
})

test('the absolute limit cuts the expiry, whatever the last request was', () => {
  const limited = lifetime({ absoluteTimeout: 3600 })
  expect(limited.expiresAt(aging(1800, 0, 0))).toBe(1_862_000)
  expect(limited.expiresAt(aging(1800, 3_599_000, 0))).toBe(3_600_000)
  expect(limited.expiresAt(aging(1800, 3_599_000, 1000))).toBe(3_601_000)
})

test('a touch is urgent once more than half of the interval has passed', () => {
  expect(lifetime().isTouchUrgent(aging(1800), 900_000)).toBe(false)
  expect(lifetime().isTouchUrgent(aging(1800), 900_001)).toBe(true)
})

test('an entry outlives its expiry by two sweeps and the rounding of members', () => {
  expect(lifetime().liveEntry(100_000, 40_000)).toEqual({ seconds: 60 + 120 + 5 })
  expect(lifetime({ cleanUpPeriod: 50 }).liveEntry(100_000, 40_000)).toEqual({ seconds: 60 + 100 + 5 })
  // A worker that dies while it sweeps keeps the others from it for 32 s.
  expect(lifetime({ cleanUpPeriod: 10 }).liveEntry(100_000, 40_000)).toEqual({ seconds: 60 + 10 + 45 + 5 })
})

test('an entry of a part of a second lives the whole second', () => {
  expect(lifetime().liveEntry(1, 0).seconds).toBe(1 + 125)
})

test('an entry whose session is over is kept for the sweep', () => {
  expect(lifetime().liveEntry(0, 1_000_000)).toEqual({ seconds: 125 })
})

test('a marker outlives what another worker may write at the same moment, by the margin', () => {
  const { seconds, margin } = lifetime().endedEntry(aging(1800, 0), 1_000_000)
  const written = lifetime().expiresAt(aging(1800, 1_002_000))
  expect(seconds).toBeGreaterThanOrEqual(lifetime().liveEntry(written, 1_000_000).seconds)
  expect(margin).toBe(600)
})

test('a marker of a session near its absolute limit still has the margin', () => {
  const limited = lifetime({ absoluteTimeout: 3600 })
  expect(limited.endedEntry(aging(1800, 3_590_000), 3_599_000)).toEqual({ seconds: 1 + 125, margin: 600 })
})

function bound(of: SessionLifetime): { readonly isTouchDue: SessionLifetime['isTouchDue'] } {
  return { isTouchDue: (record, now) => of.isTouchDue(record, now) }
}
