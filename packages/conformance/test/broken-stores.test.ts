import { SessionManager } from '@hazelcast-session/core'
import type { EntryLife, StoredText, WriteListener } from '@hazelcast-session/core'
import { LeapClock, describeRecordStore, describeSessions } from '@hazelcast-session/conformance'
import { expect, test } from 'vitest'
import { BreakableStore } from './broken-store.ts'
import { collectedCases } from './collected-cases.ts'
import type { CollectedCase } from './collected-cases.ts'

/** A mistake that somebody might make in a store, and sentences that have to fail for it. */
interface Mistake {
  readonly store: new (clock: LeapClock) => BreakableStore
  readonly records?: readonly string[]
  readonly sessions?: readonly string[]
}

const MISTAKES: Readonly<Record<string, Mistake>> = {
  'the last writer wins': {
    store: class extends BreakableStore {
      override async replace(key: string, _expected: string, text: string, life: EntryLife) {
        return (await this.load(key)) !== undefined && this.put(key, text, life)
      }
    },
    records: [
      'an entry that is something else stays what it is, and replace says false',
      'a text that was replaced is no token any more',
      'of twenty parallel replaces of one text exactly one wins, and its text is what is stored',
      'writers that repeat what they lost count to the end together',
    ],
    sessions: [
      'ten workers that each set four attributes at the same time leave forty',
      'ten workers that each count to five with update() count to fifty together',
      'a slow writer keeps what a fast one saved meanwhile',
      'a request that began before the end saves nothing after it, and is told',
      'of four workers that end a session at the same time one tells of it',
    ],
  },
  'a replace creates': {
    store: class extends BreakableStore {
      override async replace(key: string, expected: string, text: string, life: EntryLife) {
        const found = await this.load(key)
        return (found === undefined || found === expected) && this.put(key, text, life)
      }
    },
    records: ['a replace brings nothing into being', 'a replace does not bring back what was removed'],
    sessions: ['a change to a session that vanished from the store makes no new one with only that change'],
  },
  'a create overwrites': {
    store: class extends BreakableStore {
      override create(key: string, text: string, life: EntryLife) {
        return this.put(key, text, life)
      }
    },
    records: [
      'nothing is created over an entry: create says false, and the entry stays what it was',
      'a create that finds an entry leaves its life alone',
      'of twenty parallel creates of one key exactly one wins, and its text is what is stored',
    ],
  },
  'looking and writing are two steps': {
    store: class extends BreakableStore {
      override async create(key: string, text: string, life: EntryLife) {
        return (await this.load(key)) === undefined && this.put(key, text, life)
      }

      override async replace(key: string, expected: string, text: string, life: EntryLife) {
        return (await this.load(key)) === expected && this.put(key, text, life)
      }

      override async remove(key: string, expected?: string) {
        return (await this.load(key)) === expected && (await this.inner.remove(key).then(() => true))
      }
    },
    records: [
      'of twenty parallel creates of one key exactly one wins, and its text is what is stored',
      'of twenty parallel replaces of one text exactly one wins, and its text is what is stored',
      'of parallel replaces and removes of one text exactly one wins',
      'of ten parallel removes of one text exactly one says true',
    ],
  },
  'texts are kept as values': {
    store: class extends BreakableStore {
      override async load(key: string) {
        const text = await super.load(key)
        return text === undefined ? undefined : JSON.stringify(JSON.parse(text))
      }
    },
    records: [
      'blanks and line ends are kept, and count',
      'numbers are kept as they were spelled, and their spelling counts',
      'the order of names is kept, and counts',
      'a name that comes twice stays there twice',
      'escapes stay escapes',
    ],
  },
  'texts are compared as values': {
    store: class extends BreakableStore {
      override async replace(key: string, expected: string, text: string, life: EntryLife) {
        const found = (await this.load(key)) ?? ''
        const isSame = found !== '' && JSON.stringify(JSON.parse(found)) === JSON.stringify(JSON.parse(expected))
        return this.inner.replace(key, isSame ? found : expected, text, life)
      }
    },
    records: [
      'blanks and line ends are kept, and count',
      'numbers are kept as they were spelled, and their spelling counts',
    ],
  },
  'texts are cut, or not kept as Unicode': {
    store: class extends BreakableStore {
      override create(key: string, text: string, life: EntryLife) {
        return super.create(key, Buffer.from(text.normalize('NFD'), 'utf8').toString('utf8').slice(0, 65_536), life)
      }
    },
    records: [
      'letters of all alphabets come back, and count one by one',
      'a text of more than 160 KB comes back, and counts to its last letter',
    ],
  },
  'entries stay for ever': {
    store: class extends BreakableStore {
      override create(key: string, text: string) {
        return super.create(key, text, { seconds: Infinity })
      }
    },
    records: ['no entry is kept for ever', 'an entry whose life is over is absent for every verb'],
  },
  'a replace keeps the old life': {
    store: class extends BreakableStore {
      override replace(key: string, expected: string, text: string) {
        return super.replace(key, expected, text, { seconds: this.secondsLeft(key) ?? 0 })
      }
    },
    records: [
      'a replace gives a new life, counted from the replace',
      'an entry lives at least as long as it was replaced for, also if that is longer than the store gives by itself',
      'a replace by the same text completes a life that was cut short, and changes nothing else',
    ],
  },
  'the margin is forgotten': {
    store: class extends BreakableStore {
      override replace(key: string, expected: string, text: string, { seconds }: EntryLife) {
        return super.replace(key, expected, text, { seconds })
      }
    },
    records: ['with a margin an entry outlives whatever a live one gets'],
  },
  'a life is set whoever wins': {
    store: class extends BreakableStore {
      override async replace(key: string, expected: string, text: string, life: EntryLife) {
        const won = await super.replace(key, expected, text, life)
        const found = (await this.load(key)) ?? ''
        await super.replace(key, found, found, life)
        return won
      }
    },
    records: ['a replace that loses leaves the life of the entry alone'],
  },
  'a read renews the life': {
    store: class extends BreakableStore {
      override async load(key: string) {
        const found = await super.load(key)
        if (found !== undefined) await super.replace(key, found, found, { seconds: 60 })
        return found
      }
    },
    records: ['loading does not lengthen the life of an entry'],
  },
  'a remove does not look': {
    store: class extends BreakableStore {
      override remove(key: string) {
        return super.remove(key)
      }
    },
    records: ['an entry that is something else stays, and remove says false'],
  },
  'a remove always says true': {
    store: class extends BreakableStore {
      override async remove(key: string, expected?: string) {
        return (await super.remove(key, expected)) || expected === undefined
      }
    },
    records: ['to remove what is not there is no error, and remove says false'],
  },
  'keys are normalized': {
    store: class extends BreakableStore {
      override create(key: string, text: string, life: EntryLife) {
        return super.create(key.normalize().toLowerCase().trim(), text, life)
      }
    },
    records: ['keys of odd shapes are each a key of their own', 'keys of odd shapes are found as they are'],
  },
  'a search ends with the first page': {
    store: class extends BreakableStore {
      override async *find(): AsyncIterable<readonly StoredText[]> {
        for await (const page of super.find()) return yield page
      }
    },
    records: ['every entry is found once, under its key, with its exact text'],
  },
  'everybody is told of everything': {
    store: class extends BreakableStore {
      #changed: (key: string) => void = () => {}

      override listen(_name: string, listener: WriteListener) {
        this.#changed = (key) => listener.changed(key)
      }

      override create(key: string, text: string, life: EntryLife) {
        this.#changed(key)
        return super.create(key, text, life)
      }
    },
    records: ['nobody is told of what names somebody else, or was not applied'],
  },
  'close is for once': {
    store: class extends BreakableStore {
      #isClosed = false

      override async close() {
        if (this.#isClosed) throw new Error('It is closed already.')
        this.#isClosed = true
      }
    },
    records: [
      'a store may be closed again, and by several at a time',
      'after close every call settles, and shows nothing of what was stored',
    ],
  },
}

test.for(Object.entries(MISTAKES))('a store is found out in which %s', async ([, { store: Store, ...expected }]) => {
  const create = () => {
    const clock = new LeapClock()
    const store = new Store(clock)
    const advance = (ms: number): void => clock.leap(ms)
    const manager = (options: object): SessionManager =>
      new SessionManager({ ...options, recordStore: store }, { clock, environment: {} })
    return { store, manager, advance, secondsLeft: async (key: string) => store.secondsLeft(key) }
  }
  const records = collectedCases((runner) => describeRecordStore({ name: 'broken', runner, create }))
  const sessions = collectedCases((runner) => describeSessions({ name: 'broken', runner, create }))
  const outcomes = [
    ...(await outcomesOf(records, expected.records)),
    ...(await outcomesOf(sessions, expected.sessions)),
  ]
  expect(outcomes).toEqual(outcomes.map(([sentence]) => [sentence, 'fails']))
})

async function outcomesOf(cases: readonly CollectedCase[], sentences: readonly string[] = []): Promise<string[][]> {
  const outcome = async (sentence: string): Promise<string> => {
    const found = cases.find((one) => one.sentence === sentence)
    if (!found) return 'does not exist'
    return found.run().then(
      () => 'passes',
      () => 'fails',
    )
  }
  return Promise.all(sentences.map(async (sentence) => [sentence, await outcome(sentence)]))
}
