import * as fc from 'fast-check'
import type { Scenario, ScenarioLimits } from './scenario.ts'
import { anyDeath } from './scenario.ts'

/** For time that costs nothing. */
export const VIRTUAL_LIMITS: ScenarioLimits = {
  store: fc.constantFrom<Scenario['store'][]>('memory', 'memory', 'memory', 'memory', 0, 100, 7200),
  operationTimeouts: [2000, 300],
  intervals: [1800, 20],
  ownIntervals: [20, 60, 9000],
  absoluteTimeouts: [0],
  cleanUpPeriods: [60],
  margins: [600],
  listens: fc.constant([true, true, true]),
  strays: [0],
  keepsAlive: false,
  deaths: fc.constant([]),
  faulty: ['calls', 'writes'],
  cutOff: fc.constant(0),
  faults: 24,
  skews: [0, 1000],
  gap: fc.oneof(
    { weight: 10, arbitrary: fc.integer({ min: 0, max: 30 }) },
    { weight: 3, arbitrary: fc.integer({ min: 50, max: 1500 }) },
    { weight: 1, arbitrary: fc.integer({ min: 3000, max: 15_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 18_000, max: 60_000 }) },
  ),
  pause: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 60 }) },
    { weight: 2, arbitrary: fc.integer({ min: 100, max: 800 }) },
    { weight: 1, arbitrary: fc.integer({ min: 2500, max: 25_000 }) },
  ),
  latencies: [2, 0, 15],
  delay: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 400, max: 12_000 })),
  sessions: [1, 2, 3],
  requests: { min: 1, max: 24 },
}

/** Many requests at nearly the same time, so that a record changes many times while one of them is on its way. */
export const BUSY_LIMITS: ScenarioLimits = {
  ...VIRTUAL_LIMITS,
  gap: fc.integer({ min: 0, max: 12 }),
  pause: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 20, max: 400 }) },
  ),
  sessions: [1],
  requests: { min: 10, max: 32 },
}

/** Sessions that are left alone until about when they expire, and workers that sweep them, or die of it. */
export const EXPIRY_LIMITS: ScenarioLimits = {
  ...VIRTUAL_LIMITS,
  intervals: [20],
  ownIntervals: [20, 30, 45],
  absoluteTimeouts: [0, 0, 0, 50],
  cleanUpPeriods: [6, 15],
  margins: [30],
  listens: fc.constantFrom<Scenario['listens'][]>(
    [true, true, true],
    [true, true, true],
    [true, false, false],
    [false, true, true],
  ),
  strays: [0, 0, 0, 8000, -8000],
  keepsAlive: true,
  deaths: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(anyDeath(), { minLength: 1, maxLength: 2 }) },
  ),
  faulty: ['calls', 'writes', 'claims', 'claims', 'sweeps'],
  cutOff: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 4000, max: 12_000 }) },
  ),
  skews: [0, 1000, 2000],
  gap: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 30 }) },
    { weight: 2, arbitrary: fc.integer({ min: 50, max: 12_000 }) },
    // Too early for a touch; about when the interval has passed; about when a sweep may come.
    { weight: 2, arbitrary: fc.integer({ min: 700, max: 999 }) },
    { weight: 3, arbitrary: fc.integer({ min: 18_500, max: 20_000 }) },
    { weight: 3, arbitrary: fc.integer({ min: 20_000, max: 33_000 }) },
  ),
  pause: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 1500 }) },
    { weight: 1, arbitrary: fc.integer({ min: 2500, max: 25_000 }) },
  ),
  sessions: [1, 2, 4],
  requests: { min: 1, max: 10 },
}
