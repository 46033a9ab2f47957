import { expect } from 'vitest'
import { statusCounts, valueOf } from '../harness/answer.ts'
import type { Stage } from '../harness/stage.ts'
import type { Worker } from '../harness/worker.ts'

type Pair = readonly [Worker, Worker]

/** So many requests at once, each setting another attribute, half of them at either worker. */
export async function expectParallelWritesKept(stage: Stage, workers: Pair, writes: number): Promise<void> {
  const browser = stage.browser()
  await browser.login(workers[0], 'ann')
  const names = Array.from({ length: writes }, (_, index) => `name${index}`)
  const answers = await Promise.all(names.map((name, index) => browser.set(workers[index % 2]!, name, { index })))
  expect(statusCounts(answers)).toEqual({ 204: writes })
  const expected = Object.fromEntries(names.map((name, index) => [name, { index }]))
  for (const worker of workers) {
    const { attributes } = await browser.session(worker)
    expect(attributes).toEqual({ user: 'ann', ...expected })
  }
}

/** So many increments at once of one attribute, half of them at either worker. */
export async function expectIncrementsCounted(stage: Stage, workers: Pair, increments: number): Promise<void> {
  const browser = stage.browser()
  await browser.login(workers[0], 'ben')
  const turns = Array.from({ length: increments }, (_, index) => index)
  const answers = await Promise.all(turns.map((index) => browser.increment(workers[index % 2]!, 'count')))
  expect(statusCounts(answers)).toEqual({ 200: increments })
  expect(new Set(answers.map(valueOf))).toEqual(new Set(turns.map((index) => index + 1)))
  for (const worker of workers) {
    const { attributes } = await browser.session(worker)
    expect(attributes['count']).toBe(increments)
  }
}

/** So many redirects are followed to the other worker, each of which has to show what the one before it has changed. */
export async function expectRedirectsToFindData(stage: Stage, workers: Pair, redirects: number): Promise<void> {
  const browser = stage.browser()
  for (let turn = 0; turn < redirects; turn++) {
    const answer = await browser.fetch(workers[turn % 2]!, 'POST', '/api/redirect/step', turn)
    expect(answer.status).toBe(303)
    const seen = await browser.follow(answer, workers[(turn + 1) % 2]!)
    expect(JSON.parse(seen.text)).toMatchObject({ attributes: { step: turn } })
  }
}
