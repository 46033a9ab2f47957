import { expect, test } from 'vitest'
import { PendingWork } from '../../src/http/pending-work.ts'

test('there is nothing to wait for where nothing was asked for, or all is done', async () => {
  const work = new PendingWork()
  expect(work.settled()).toBeUndefined()
  await work.run(async () => {})
  expect(work.settled()).toBeUndefined()
})

test('what is under way is waited for, and what it begins meanwhile', async () => {
  const work = new PendingWork()
  const done: string[] = []
  const begun = work.run(async () => {
    await Promise.resolve()
    done.push('first')
    void work.run(async () => void done.push('second'))
  })
  await work.settled()
  await begun
  expect(done).toEqual(['first', 'second'])
})

test('what fails while it is waited for, and what failed before and nobody heard of, is told once and for all', async () => {
  const work = new PendingWork()
  const failing = work.run(() => Promise.reject(new Error('away')))
  await expect(Promise.all([failing.catch(() => {}), work.settled()])).rejects.toThrow('away')
  expect(work.settled()).toBeUndefined()
  work.fail(new Error('unheard'))
  expect(() => work.settled()).toThrow('unheard')
})

test('a failure that somebody hears of after all is theirs', () => {
  const work = new PendingWork()
  let isHeard = false
  work.fail(new Error('heard later'), () => isHeard)
  isHeard = true
  expect(work.settled()).toBeUndefined()
  work.fail(new Error('unheard'), () => false)
  expect(() => work.settled()).toThrow('unheard')
})
