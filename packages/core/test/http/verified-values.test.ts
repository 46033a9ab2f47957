import { describe, expect, it } from 'vitest'
import { VerifiedValues } from '../../src/http/verified-values.ts'

const GENERATION = 10_000

function filled(count: number): VerifiedValues {
  const values = new VerifiedValues()
  for (let index = 0; index < count; index++) values.set(`signed ${index}`, { value: `${index}`, isCurrent: true })
  return values
}

describe('Values that were verified', () => {
  it('are remembered with what their signature proved', () => {
    const values = new VerifiedValues()
    values.set('signed', { value: 'value', isCurrent: false })
    expect(values.get('signed')).toEqual({ value: 'value', isCurrent: false, signed: 'signed' })
    expect(values.get('another')).toBeUndefined()
  })

  it('are all remembered up to twenty thousand', () => {
    const values = filled(2 * GENERATION)
    expect(values.get('signed 0')).toBeDefined()
    expect(values.get(`signed ${2 * GENERATION - 1}`)).toBeDefined()
  })

  it('are forgotten after that, the oldest first', () => {
    const values = filled(2 * GENERATION + 1)
    expect(values.get('signed 0')).toBeUndefined()
    expect(values.get(`signed ${GENERATION - 1}`)).toBeUndefined()
    expect(values.get(`signed ${GENERATION}`)).toBeDefined()
  })

  it('stay remembered when they are asked for', () => {
    const values = filled(GENERATION)
    for (let index = 0; index < 5 * GENERATION; index++) {
      values.set(`later ${index}`, { value: '', isCurrent: true })
      if (index % 1000 === 0) values.get('signed 0')
    }
    expect(values.get('signed 0')).toBeDefined()
    expect(values.get('signed 1')).toBeUndefined()
  })
})
