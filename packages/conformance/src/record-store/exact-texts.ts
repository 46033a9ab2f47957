import { equal, notEqual } from 'node:assert/strict'
import type { Behaviour } from '../suite.ts'
import type { StoreStand } from './store-stand.ts'

const LIFE = { seconds: 60 }
const LARGE = JSON.stringify({ text: 'Grüße, 世界 🌍 '.repeat(10_000) })

export const exactTexts: Behaviour<StoreStand> = {
  name: 'exact texts',
  cases: {
    'blanks and line ends are kept, and count': (stand) =>
      expectExact(stand, ' { "a" :\t1,\r\n "b": 2 }\n', ['{"a":1,"b":2}', '{ "a" :\t1,\n "b": 2 }\n']),

    'numbers are kept as they were spelled, and their spelling counts': async (stand) => {
      await expectExact(stand, '{"n":1.0}', ['{"n":1}', '{"n":1.00}'])
      await expectExact(stand, '{"n":1e2}', ['{"n":100}', '{"n":1E2}'])
      await expectExact(stand, '{"n":-0}', ['{"n":0}'])
      await expectExact(stand, '{"n":12345678901234567890}', ['{"n":12345678901234567000}'])
    },

    'the order of names is kept, and counts': (stand) =>
      expectExact(stand, '{"b":1,"a":2,"10":3,"9":4}', ['{"9":4,"10":3,"b":1,"a":2}', '{"a":2,"b":1,"10":3,"9":4}']),

    'a name that comes twice stays there twice': (stand) =>
      expectExact(stand, '{"a":1,"a":2}', ['{"a":2}', '{"a":1}', '{"a":2,"a":1}']),

    'letters of all alphabets come back, and count one by one': async (stand) => {
      await expectExact(stand, '{"a":"Gr\u00FC\u00DFe"}', ['{"a":"Gru\u0308\u00DFe"}', '{"a":"Gr\u00FCsse"}'])
      await expectExact(stand, '{"a":"世界 שלום 🌍"}', ['{"a":"世界 שלום 🌎"}', '{"a":"世界 שלום ?"}'])
      await expectExact(stand, '{"a":"\u2028\u2029\uFEFF\uFFFF\u200B"}', ['{"a":"\u2028\u2029\uFFFF\u200B"}'])
    },

    'escapes stay escapes': (stand) =>
      expectExact(stand, String.raw`{"a":"\u00e9\/\n\u0000"}`, [
        String.raw`{"a":"é\/\n\u0000"}`,
        String.raw`{"a":"\u00E9\/\n\u0000"}`,
      ]),

    'a lone surrogate, escaped as JSON.stringify does it, comes back': (stand) =>
      expectExact(stand, JSON.stringify({ a: 'x\uD83D', '\uDF0D': 'y' }), [
        JSON.stringify({ a: 'x\uDF0D', '\uDF0D': 'y' }),
        '{"a":"x\uFFFD","\uFFFD":"y"}',
      ]),

    'names that mean something to JavaScript are names like others': (stand) =>
      expectExact(stand, '{"__proto__":{"a":1},"constructor":{"prototype":{}}}', ['{"constructor":{"prototype":{}}}']),

    'a text of more than 160 KB comes back, and counts to its last letter': (stand) =>
      expectExact(stand, LARGE, [LARGE.replace(/.\}$/, '!"}'), LARGE.slice(0, 1000)]),

    'an empty object is a text like others': (stand) => expectExact(stand, '{}', ['{ }']),
  },
}

/** `text` comes back as it is, from a create and from a replace, and no look-alike passes for it. */
async function expectExact(stand: StoreStand, text: string, lookalikes: readonly string[]): Promise<void> {
  const { store } = stand
  const key = stand.key(String(text.length))
  await store.create(key, text, LIFE)
  equal(await store.load(key), text)
  for (const lookalike of lookalikes) {
    notEqual(lookalike, text)
    equal(await store.replace(key, lookalike, '{"lost":true}', LIFE), false, 'a look-alike was taken for the token')
    equal(await store.remove(key, lookalike), false, 'a look-alike was removed')
  }
  equal(await store.load(key), text)
  equal(await store.replace(key, text, '{"between":true}', LIFE), true, 'the text itself is no token')
  equal(await store.replace(key, '{"between":true}', text, LIFE), true)
  equal(await store.load(key), text)
  equal(await store.remove(key, text), true, 'the text itself is not removed')
}
