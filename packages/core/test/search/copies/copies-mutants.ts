import type { Mutant } from '../mutant.ts'

const CACHE = 'local/local-session-cache.ts'
const LOCAL = 'local/local-service.ts'
const DEFERRED = 'saving/deferred-saves.ts'

/** Faults of copies, of service without the cluster, and of its end. */
export const COPIES_MUTANTS: readonly Mutant[] = [
  {
    name: 'a change on top of an old copy takes back what others stored',
    mode: 'copies',
    file: 'saving/intent.ts',
    original: 'mergeChanges(record.attributes, changes, policy, (name) => conflicts.push(name))',
    planted: 'withChanges(changes.base, changes.texts)',
  },
  {
    name: 'an answer that left before a foreign write makes a fresh copy',
    seed: 3,
    mode: 'copies',
    file: CACHE,
    original: 'if (this.#trail.isQuietSince(asked.mark, key)) {',
    planted: 'if (this.#trail.mark >= 0) {',
  },
  {
    name: 'a copy is fresh whoever wrote the session last',
    mode: 'copies',
    file: CACHE,
    original: 'isYoung && record.worker === workerName',
    planted: 'isYoung && record.worker === (workerName && record.worker)',
  },
  {
    name: 'a copy is fresh for ever, if no event came',
    mode: 'copies',
    file: CACHE,
    original: 'age < stalePeriod * 1000',
    planted: 'age < Infinity + stalePeriod',
  },
  {
    name: 'what another worker changed is served from the copy all the same',
    mode: 'copies',
    file: CACHE,
    original: 'this.doubt(key)\n    const copy',
    planted: 'const copy',
  },
  {
    name: 'copies stay fresh while the store is away',
    mode: 'copies',
    file: CACHE,
    original: 'this.#silenceUntil = this.#trail.mark',
    planted: '',
  },
  {
    name: 'a copy that is known to be surpassed goes on without the cluster',
    mode: 'copies',
    file: LOCAL,
    original: 'if (!this.isServing || copies.isSurpassed(key)) return undefined',
    planted: 'if (!this.isServing) return undefined',
    also: {
      original: ': copies.unsurpassed(key)\n    if (!found',
      planted: ': copies.latest(key)\n    if (!found',
    },
  },
  {
    name: 'a copy outlives the end of its session',
    mode: 'copies',
    file: CACHE,
    original: 'this.#copies.delete(key)\n    this.#gone.set(key, true)',
    planted: '',
  },
  {
    name: 'local service never ends',
    mode: 'copies',
    file: LOCAL,
    original: 'clock.now() - this.#since < localServiceLimit * 1000',
    planted: 'localServiceLimit > 0',
  },
  {
    name: 'a log-out without the cluster is not refused here',
    mode: 'copies',
    file: LOCAL,
    original: 'if (ending) return ending',
    planted: '',
  },
  {
    name: 'a log-out without the cluster is never told to it',
    mode: 'copies',
    file: LOCAL,
    original: 'await ender.end(key, undefined, reason)',
    planted: "if (reason === 'renamed') await ender.end(key, undefined, reason)",
  },
  {
    name: 'a log-out without the cluster forgets what was changed before it',
    mode: 'copies',
    file: LOCAL,
    original: 'if (held && held.start.token === undefined) copies.unpin(key, held)',
    planted: 'if (held) copies.unpin(key, held)',
  },
  {
    name: 'a session that is gone is restored in the same cluster',
    mode: 'copies',
    file: LOCAL,
    original: 'if (!this.#isNewCluster || !record',
    planted: 'if (!record',
  },
  {
    name: 'nothing is restored but what was changed',
    mode: 'copies',
    file: LOCAL,
    original: 'if (!this.#endings.has(key)) this.#lost.set(key, stored)',
    planted: 'if (key === stored.token) this.#lost.set(key, stored)',
  },
  {
    name: 'a change is dropped where another worker was the first to restore its session',
    mode: 'copies',
    file: DEFERRED,
    original: "if (outcome === 'exists') return this.#write(key, held)",
    planted: "if (outcome === 'exists') return void this.#release(key)",
  },
  {
    name: 'nobody is told of changes to a session that was ended elsewhere',
    mode: 'copies',
    file: DEFERRED,
    original: 'if (held) this.#options.onDropped([...held.changes.texts.keys()])',
    planted: '',
  },
]
