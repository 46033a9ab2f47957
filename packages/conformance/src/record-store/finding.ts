import { deepEqual, equal, ok } from 'node:assert/strict'
import type { Behaviour } from '../suite.ts'
import type { StoreStand } from './store-stand.ts'

const LIFE = { seconds: 60 }

export const finding: Behaviour<StoreStand> = {
  name: 'finding',
  cases: {
    'every entry is found once, under its key, with its exact text': async (stand) => {
      const stored = await manyEntries(stand)
      const seen: string[] = []
      for await (const page of stand.pages()) seen.push(...page.map(({ key }) => key).filter((key) => stand.isOwn(key)))
      equal(new Set(seen).size, seen.length)
      deepEqual(await stand.found(), stored)
    },

    'a store that holds nothing of it finds nothing': async (stand) => {
      equal((await stand.found()).size, 0)
    },

    'what was removed or replaced is not found any more': async (stand) => {
      await stand.store.create(stand.key('gone'), '{"n":1}', LIFE)
      await stand.store.create(stand.key('new'), '{"n":1}', LIFE)
      await stand.store.remove(stand.key('gone'))
      await stand.store.replace(stand.key('new'), '{"n":1}', '{"n":2}', LIFE)
      deepEqual(await stand.found(), new Map([[stand.key('new'), '{"n":2}']]))
    },

    'of what expired before a moment nothing is missed': async (stand) => {
      for (let n = 0; n < 30; n++) await stand.store.create(stand.key(String(n)), `{"expiresAt":${n * 1000}}`, LIFE)
      const found = await stand.found(10_000)
      for (let n = 0; n < 10; n++) ok(found.has(stand.key(String(n))), `what expired at ${n * 1000} is missing`)
    },

    'a large moment is understood too, and nothing at all may expire before 0': async (stand) => {
      const expiresAt = Date.UTC(2300, 0, 1)
      await stand.store.create(stand.key(), `{"expiresAt":${expiresAt}}`, LIFE)
      ok((await stand.found(expiresAt + 1)).has(stand.key()))
      await stand.found(0)
    },

    'a search may be left before its end': async (stand) => {
      await manyEntries(stand)
      for await (const page of stand.pages()) if (page.length > 0) break
      equal((await stand.found()).size, 120)
    },

    'entries that come and go during a search disturb it as little as it disturbs them': async (stand) => {
      const stored = await manyEntries(stand)
      let written = 0
      for await (const page of stand.pages()) {
        for (const { key, text } of page.slice(0, 10)) {
          if (!stand.isOwn(key)) continue
          equal(await stand.store.remove(key, text), stored.delete(key))
          await stand.store.create(stand.key(`new-${written++}`), '{}', LIFE)
        }
      }
      ok(written > 0)
      const left = await stand.found()
      for (const [key, text] of stored) equal(left.get(key), text)
    },
  },
}

/** More than a page of most stores. */
async function manyEntries(stand: StoreStand): Promise<Map<string, string>> {
  const entries = Array.from({ length: 120 }, (_, n) => [stand.key(`k${n}`), `{ "n": ${n}.0 }`] as const)
  await Promise.all(entries.map(([key, text]) => stand.store.create(key, text, LIFE)))
  return new Map(entries)
}
