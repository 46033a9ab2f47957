import { describe, expect, test } from 'vitest'
import { COMBINATIONS, EXCEPTIONS, MATRIX, reasonAgainst, SLICE } from './matrix.ts'
import { BALANCERS, FAILURES, FRAMEWORKS, isMeant, MODES, titleOf, TOPOLOGIES } from './matrix/cell.ts'
import type { Cell } from './matrix/cell.ts'

const DIMENSIONS = {
  framework: FRAMEWORKS,
  mode: MODES,
  topology: TOPOLOGIES,
  balancer: BALANCERS,
  failure: FAILURES,
} as const satisfies Readonly<Record<keyof Cell, readonly string[]>>

const product = Object.values(DIMENSIONS).reduce((size, values) => size * values.length, 1)

describe('the matrix', () => {
  test('has every combination once', () => {
    expect(COMBINATIONS).toHaveLength(product)
    expect(new Set(COMBINATIONS.map(titleOf)).size).toBe(product)
  })

  test('plays each that it does not name with a reason', () => {
    const left = COMBINATIONS.filter((cell) => !MATRIX.includes(cell))
    expect(MATRIX.length + left.length).toBe(product)
    for (const cell of left) expect(reasonAgainst(cell)).toMatch(/\w/)
    for (const exception of EXCEPTIONS) {
      expect(left.some((cell) => reasonAgainst(cell) === exception.reason)).toBe(true)
    }
  })
})

describe('a filter', () => {
  const [cell] = SLICE

  test.each(['Express', 'Express, HAProxy', 'sticky, worker SIGKILL', titleOf(SLICE[0]!)])('%s means it', (filter) => {
    expect(isMeant(cell!, filter)).toBe(true)
  })

  test.each(['Koa', 'HAProxy, Express', 'not sticky', 'worker', ''])('"%s" does not', (filter) => {
    expect(isMeant(cell!, filter)).toBe(false)
  })

  test('tells no balancer from no failure', () => {
    const without = MATRIX.filter((each) => isMeant(each, 'none, none'))
    expect(without.length).toBeGreaterThan(0)
    for (const { balancer, failure } of without) expect([balancer, failure]).toEqual(['none', 'none'])
  })
})

describe('the slice that every run plays', () => {
  test.each(Object.entries(DIMENSIONS))('covers every %s', (dimension, values) => {
    expect(new Set(SLICE.map((cell) => cell[dimension as keyof Cell]))).toEqual(new Set<string>(values))
  })

  test('is about a dozen cells of the matrix', () => {
    const titles = MATRIX.map(titleOf)
    for (const cell of SLICE) expect(titles).toContain(titleOf(cell))
    expect(new Set(SLICE.map(titleOf)).size).toBe(SLICE.length)
    expect(SLICE.length).toBeGreaterThanOrEqual(10)
    expect(SLICE.length).toBeLessThanOrEqual(14)
  })
})
