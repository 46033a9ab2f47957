import { deepEqual, equal } from 'node:assert/strict'
import { refused } from '../expectation.ts'
import type { Behaviour } from '../suite.ts'
import type { SessionsStand } from './sessions-stand.ts'
import { arrive, begin, request, seenBy } from './sessions-stand.ts'

const TEXTS = ['{"format":99,"attributes":{}}', '{"format":1}', '[1]', '"text"']
const LIFE = { seconds: 600 }

export const unreadable: Behaviour<SessionsStand> = {
  name: 'unreadable data',
  cases: {
    'a text that is no session is taken for none, and is left where it is': async (stand) => {
      const worker = await stand.worker()
      for (const [n, text] of TEXTS.entries()) {
        await stand.store.create(`HZ${n}`, text, LIFE)
        equal(await worker.load(`HZ${n}`), undefined)
        deepEqual(await worker.open(`HZ${n}`), { kind: 'none' })
        equal(await worker.end(`HZ${n}`), false)
        equal(await stand.store.load(`HZ${n}`), text)
      }
      equal(stand.log.filter((line) => line.startsWith('warn')).length >= 1, true)
    },

    'where it is to fail, a text that is no session is refused': async (stand) => {
      const worker = await stand.worker({ onUnreadable: 'fail' })
      for (const [n, text] of TEXTS.entries()) {
        await stand.store.create(`HZ${n}`, text, LIFE)
        await refused('RECORD_UNREADABLE', worker.load(`HZ${n}`))
        equal(await stand.store.load(`HZ${n}`), text)
      }
    },

    'where it is to be removed, a text that is no session is gone after it was met': async (stand) => {
      const worker = await stand.worker({ onUnreadable: 'remove' })
      for (const [n, text] of TEXTS.entries()) {
        await stand.store.create(`HZ${n}`, text, LIFE)
        equal(await worker.load(`HZ${n}`), undefined)
        equal(await stand.store.load(`HZ${n}`), undefined)
      }
    },

    'fields that a later version added survive a save of this one': async (stand) => {
      const [first, second] = await stand.pair()
      const { id } = await begin(first, { n: 1 })
      const text = (await stand.store.load(id)) ?? ''
      equal(await stand.store.replace(id, text, text.replace('{', '{"future":{"a":[1]},'), LIFE), true)
      await request(second, id, { n: 2 })
      deepEqual((await stand.entries()).get(id)?.['future'], { a: [1] })
      deepEqual(await seenBy(first, id), { n: 2 })
    },

    'a stored attribute cannot change what every object is': async (stand) => {
      const worker = await stand.worker()
      const { id } = await begin(worker, { n: '{"__proto__":{"isAdmin":true}}' })
      const text = (await stand.store.load(id)) ?? ''
      const planted = text.replace(
        '"attributes":{',
        String.raw`"attributes":{"__proto__":"{\"isAdmin\":true}","o":"{\"__proto__\":{\"isAdmin\":true}}",`,
      )
      equal(await stand.store.replace(id, text, planted, LIFE), true)
      const { data } = await arrive(worker, id)
      deepEqual(Object.keys(data).toSorted(), ['n', 'o'])
      deepEqual(data['o'], {})
      equal(Reflect.get(Object(data['o']), 'isAdmin'), undefined)
      equal(Reflect.get({}, 'isAdmin'), undefined)
    },

    'one attribute that cannot be read does not hide the others': async (stand) => {
      const worker = await stand.worker()
      const { id } = await begin(worker, { good: 1, bad: 2 })
      const text = (await stand.store.load(id)) ?? ''
      equal(await stand.store.replace(id, text, text.replace('"bad":"2"', '"bad":"{"'), LIFE), true)
      const session = await arrive(worker, id)
      equal(session.data['good'], 1)
      session.data['good'] = 3
      await session.save()
      equal((await arrive(worker, id)).data['good'], 3)
    },
  },
}
