import { equal, ok } from 'node:assert/strict'
import { eventually } from '../expectation.ts'
import type { Behaviour } from '../suite.ts'
import type { StoreStand } from './store-stand.ts'

const LIFE = { seconds: 600 }

export const telling: Behaviour<StoreStand> = {
  name: 'telling of writes',
  cases: {
    'who listens for a name is told of an entry that is created with it': async (stand) => {
      await stand.store.create(stand.key('none'), '{"n":1}', LIFE)
      await stand.store.create(stand.key('ours'), stand.naming('{"n":1}'), LIFE)
      await eventually('the listener is told', () => stand.heard.includes(stand.key('ours')))
      equal(stand.heard.includes(stand.key('none')), false)
    },

    'who listens for a name is told of every entry that is replaced with it': async (stand) => {
      await stand.store.create(stand.key(), '{"n":0}', LIFE)
      let before = '{"n":0}'
      for (let n = 1; n <= 20; n++) {
        const text = stand.naming(`{"n":${n}}`)
        ok(await stand.store.replace(stand.key(), before, text, LIFE))
        before = text
      }
      await eventually('the listener is told of all', () => stand.heard.length === 20)
    },

    'a marker in the place of a session is told of as any other entry': async (stand) => {
      await stand.store.create(stand.key(), '{"n":0}', LIFE)
      const marker = stand.naming('{"ended":"invalidated"}')
      ok(await stand.store.replace(stand.key(), '{"n":0}', marker, { ...LIFE, margin: 600 }))
      await eventually('the listener is told', () => stand.heard.includes(stand.key()))
    },

    'who listens to ends is told of every marker, and of nothing else': async (stand) => {
      ok('listenToEnds' in stand.store, 'This store has no `listenToEnds`: skip this case, and say why.')
      const marker = '{"ended":"invalidated","writes":["a"]}'
      await stand.store.create(stand.key('live'), stand.naming('{"n":1,"attributes":{"ended":"yes"}}'), LIFE)
      await stand.store.create(stand.key('ended'), '{"n":1}', LIFE)
      ok(await stand.store.replace(stand.key('ended'), '{"n":1}', marker, { ...LIFE, margin: 600 }))
      await stand.store.create(stand.key('last'), '{"ended":"renamed"}', LIFE)
      await eventually('the listener is told of both', () => stand.ends.length === 2)
      equal(stand.ends.toSorted().join(), [stand.key('ended'), stand.key('last')].join())
    },

    'nobody is told of what names somebody else, or was not applied': async (stand) => {
      await stand.store.create(stand.key('other'), '{"n":1,"notify":"somebody-else"}', LIFE)
      await stand.store.create(stand.key('same'), '{"n":1}', LIFE)
      equal(await stand.store.create(stand.key('same'), stand.naming('{"n":2}'), LIFE), false)
      equal(await stand.store.replace(stand.key('same'), '{"n":0}', stand.naming('{"n":2}'), LIFE), false)
      await stand.store.create(stand.key('last'), stand.naming('{"n":1}'), LIFE)
      await eventually('the listener is told of the last write', () => stand.heard.includes(stand.key('last')))
      equal(stand.heard.length, 1)
    },
  },
}
