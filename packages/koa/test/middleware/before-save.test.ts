import { setTimeout as pause } from 'node:timers/promises'
import { Readable } from 'node:stream'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { describe, expect, test } from 'vitest'
import type { HazelcastSessionOptions } from '../../src/index.ts'
import { Browser } from '../support/browser.ts'
import type { Answer } from '../support/browser.ts'
import { startMiddleware } from '../support/middleware-worker.ts'
import { attributesOf } from '../support/session-data.ts'
import { expectSame } from '../support/side-by-side.ts'
import type { Visit } from '../support/visited-app.ts'

const DAY = 24 * 60 * 60 * 1000

interface Site {
  readonly visit: (visit: Visit) => Promise<Answer>
  /** How often `beforeSave` ran, and how often something was written, since this was last asked. */
  readonly counts: () => readonly [number, number]
}

/** A site whose `beforeSave` counts in the session, and a browser with a session there unless `isNew`. */
async function countingSite(options: HazelcastSessionOptions = {}, isNew = false): Promise<Site> {
  let runs = 0
  const recordStore = new ObservedRecordStore()
  const beforeSave: HazelcastSessionOptions['beforeSave'] = (_ctx, session) => {
    runs++
    session.count = (session.count ?? 0) + 1
  }
  const { logger: _, ...others } = options
  const worker = await startMiddleware({ recordStore, maxAge: DAY, beforeSave, ...others })
  const browser = new Browser()
  const counts: Site['counts'] = () => {
    const counted = [runs, recordStore.writes] as const
    runs = 0
    recordStore.writes = 0
    return counted
  }
  const visit: Site['visit'] = (code) => browser.visit(worker, code)
  if (!isNew) await visit((ctx) => void (ctx.session.user = 'ann'))
  counts()
  return { visit, counts }
}

const SAVES: readonly (readonly [string, Visit])[] = [
  ['a change', (ctx) => void (ctx.session.theme = 'dark')],
  ['`save` without a change', (ctx) => ctx.session.save()],
  ['`maxAge` alone', (ctx) => void (ctx.session.maxAge = 2 * DAY)],
  ['`maxInactiveInterval` alone', (ctx) => void (ctx.session.maxInactiveInterval = 60)],
  ['`regenerate`', (ctx) => ctx.session.regenerate()],
  ['`changeId`', (ctx) => ctx.session.changeId()],
  ['`signIn`', (ctx) => ctx.session.signIn('ann')],
  ['`update`', (ctx) => ctx.session.update((data) => void (data.theme = 'dark'))],
  [
    'a body that is streamed',
    (ctx) => {
      ctx.session.theme = 'dark'
      ctx.body = stream(() => {})
    },
  ],
  [
    'a body that is streamed, and no change',
    (ctx) => {
      if (ctx.session.user) ctx.body = stream(() => {})
    },
  ],
  [
    'a change and `save`',
    async (ctx) => {
      ctx.session.theme = 'dark'
      await ctx.session.save()
    },
  ],
  [
    'a change and `regenerate`',
    async (ctx) => {
      ctx.session.theme = 'dark'
      await ctx.session.regenerate()
    },
  ],
  [
    '`maxAge` and `save`',
    async (ctx) => {
      ctx.session.maxAge = 2 * DAY
      await ctx.session.save()
    },
  ],
]

function stream(meanwhile: () => void): Readable {
  async function* pages(): AsyncGenerator<string> {
    yield 'one'
    await pause(5)
    meanwhile()
    yield 'two'
  }
  return Readable.from(pages())
}

describe.each([false, true])('`beforeSave`, with `rolling` %s,', (rolling) => {
  const isRead = (name: string): boolean => name.endsWith('no change')

  test.each(SAVES.filter(([name]) => rolling || !isRead(name)))(
    'runs once, with one write, for %s',
    async (_, save) => {
      const { visit, counts } = await countingSite({ rolling })
      await visit(save)
      expect(counts()).toEqual([1, 1])
      expect((await visit((ctx) => ({ ...attributesOf(ctx) }))).json).toMatchObject({ count: 2 })
    },
  )

  test('does not begin a session for a visitor that only reads', async () => {
    const { visit, counts } = await countingSite({ rolling }, true)
    const { setCookie } = await visit(attributesOf)
    expect([setCookie, counts()]).toEqual([[], [0, 0]])
  })

  test('runs again for what a stream changes, and only then', async () => {
    const { visit, counts } = await countingSite({ rolling })
    await visit((ctx) => {
      const { session } = ctx
      ctx.body = stream(() => void (session.theme = 'dark'))
    })
    expect(counts()).toEqual(rolling ? [2, 2] : [1, 1])
  })

  test('runs again for what is changed after `save`', async () => {
    const { visit, counts } = await countingSite({ rolling })
    await visit(async (ctx) => {
      await ctx.session.save()
      ctx.session.theme = 'dark'
    })
    expect(counts()).toEqual([2, 2])
    await visit(async (ctx) => {
      await ctx.session.save()
      ctx.session.maxAge = 3 * DAY
    })
    expect(counts()).toEqual([2, 2])
  })

  test('runs when a new session is to be stored in which nothing is', async () => {
    const { visit, counts } = await countingSite({ rolling }, true)
    const { setCookie } = await visit((ctx) => void (ctx.session.maxAge = 2 * DAY))
    expect([setCookie.length, counts()]).toEqual([1, [1, 1]])
  })
})

describe('`beforeSave` where each assignment is written at once', () => {
  const savePeriod = 'attribute'

  test('runs once at the end, however many there were', async () => {
    const { visit, counts } = await countingSite({ savePeriod })
    const { status } = await visit(async (ctx) => {
      ctx.session.theme = 'dark'
      await pause(10)
      ctx.session.user = 'bob'
      // Long enough for both to be stored before the end.
      await pause(10)
    })
    expect([status, counts()[0]]).toEqual([200, 1])
    expect((await visit(attributesOf)).json).toEqual({ user: 'bob', theme: 'dark', count: 2 })
  })

  test('runs once for `save`, and for nothing that was assigned as it was', async () => {
    const { visit, counts } = await countingSite({ savePeriod })
    await visit(async (ctx) => {
      ctx.session.theme = 'dark'
      await ctx.session.save()
    })
    expect(counts()[0]).toBe(1)
    await visit((ctx) => void (ctx.session.theme = 'dark'))
    expect(counts()).toEqual([0, 0])
  })
})

test('`beforeSave` may save by itself', async () => {
  const worker = await startMiddleware({
    beforeSave: (_ctx, session) => {
      session.count = 1
      void session.save()
    },
  })
  const browser = new Browser()
  expect((await browser.visit(worker, (ctx) => void (ctx.session.user = 'ann'))).status).toBe(200)
  expect((await browser.visit(worker, attributesOf)).json).toEqual({ user: 'ann', count: 1 })
})

test.each<readonly [string, Visit]>([
  ['at the end', (ctx) => void (ctx.session.user = 'ann')],
  ['by hand', (ctx) => ctx.session.save()],
  ['by hand with nobody waiting', (ctx) => void ctx.session.save()],
  ['for a max age', (ctx) => void (ctx.session.maxAge = 1000)],
])('what `beforeSave` throws is the answer, and nothing is saved: %s', async (_, save) => {
  const recordStore = new ObservedRecordStore()
  const worker = await startMiddleware({
    recordStore,
    beforeSave: (ctx) => ctx.throw(418),
  })
  const { status, setCookie } = await new Browser().visit(worker, save)
  expect([status, setCookie, recordStore.writes]).toEqual([418, [], 0])
})

test('`beforeSave` of a visitor that only reads does nothing with `rolling`, as in the library', async () => {
  const beforeSave: HazelcastSessionOptions['beforeSave'] = (_ctx, session) =>
    void (session.count = (session.count ?? 0) + 1)
  await expectSame({ maxAge: DAY, rolling: true, beforeSave }, async ({ visit }) => {
    await visit(attributesOf)
    await visit((ctx) => void (ctx.session.user = 'ann'))
    await visit(() => 'untouched')
    await visit(attributesOf)
  })
})
