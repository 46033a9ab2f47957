import { expect, test } from 'vitest'
import { EventTrail } from '../../src/local/event-trail.ts'

test('who asks after an event is not concerned by it, and who asked before is', () => {
  const trail = new EventTrail()
  const before = trail.mark
  trail.note('a')
  expect(trail.isQuietSince(before, 'a')).toBe(false)
  expect(trail.isQuietSince(trail.mark, 'a')).toBe(true)
  expect(trail.isQuietSince(before, 'b')).toBe(true)
})

test('when anything may have been missed, everything that was asked before is concerned', () => {
  const trail = new EventTrail()
  const before = trail.mark
  trail.noteAll()
  expect(trail.isQuietSince(before, 'a')).toBe(false)
  expect(trail.isQuietSince(trail.mark, 'a')).toBe(true)
})

test('it is bounded, and takes what it has forgotten for a change', () => {
  const trail = new EventTrail()
  trail.note('a')
  const before = trail.mark
  trail.note('early')
  for (let n = 0; n < 5000; n++) trail.note(`x${n}`)
  expect(trail.isQuietSince(before, 'early')).toBe(false)
  expect(trail.isQuietSince(before, 'a')).toBe(true)
  const recent = trail.mark
  for (let n = 0; n < 40_000; n++) trail.note(`y${n}`)
  expect(trail.isQuietSince(before, 'early')).toBe(false)
  expect(trail.isQuietSince(before, 'a')).toBe(false)
  expect(trail.isQuietSince(recent, 'never named')).toBe(false)
  expect(trail.isQuietSince(trail.mark, 'never named')).toBe(true)
})
