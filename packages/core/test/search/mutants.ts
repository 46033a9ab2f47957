/** A fault of the algorithm, planted on purpose. */
export interface Mutant {
  readonly name: string
  /** Path below `src`. */
  readonly file: string
  /** What is there exactly once, and what is put in its place. */
  readonly original: string
  readonly planted: string
  /** Problems that would give the mutant away by its looks, and not by what it does. */
  readonly ignore?: RegExp
}

const WRITE_LOOP = 'saving/write-loop.ts'

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'a save does not look for itself among the writes',
    file: WRITE_LOOP,
    original: 'entry.writes.includes(attempt.writeId)',
    planted: 'false',
  },
  {
    name: 'an entry keeps the last write id only',
    file: 'records/session-record.ts',
    original: '.slice(0, WRITES_KEPT)',
    planted: '.slice(0, 1)',
    ignore: /forgot earlier write ids/,
  },
  {
    name: 'a save creates the entry again when it is gone',
    file: WRITE_LOOP,
    original: 'return before?.token === undefined ? before : undefined',
    planted: 'return before && { ...before, token: undefined }',
  },
  {
    name: 'a save writes what its request saw over what is stored',
    file: 'saving/intent.ts',
    original: 'mergeChanges(record.attributes, changes, policy, (name) => conflicts.push(name))',
    planted: 'withChanges(changes.base, changes.texts)',
  },
  {
    name: 'a save gives up when more than eight versions passed, even after a plain false',
    file: WRITE_LOOP,
    original: 'const own = ownAttempt(found, open)\n',
    planted:
      'if (isLive(found) && found.record.version - before.record.version > WRITES_KEPT) throw outcomeUnknown()\n' +
      'const own = ownAttempt(found, open)\n',
  },
  {
    name: 'a live entry gets no time to live on a stock map',
    file: 'hazelcast/hazelcast-record-store.ts',
    original: 'if (this.#needsExtension(life, usable)) {',
    planted: 'if (life.margin) {',
  },
  {
    name: 'a save never gives up: what is not among the writes was not applied',
    file: WRITE_LOOP,
    original: 'entry.version - attempt.version > WRITES_KEPT',
    planted: 'false',
  },
  {
    name: 'a marker forgets the writes of its record',
    file: 'saving/record-stamp.ts',
    original: 'entry: { ended: reason, endedAt: now, ...nextWrite(before, writeId),',
    planted: 'entry: { ended: reason, endedAt: now, ...nextWrite(before, writeId), writes: [writeId],',
    ignore: /forgot earlier write ids/,
  },
  {
    name: 'the marker of an end lives no longer than its session may',
    file: 'session-lifetime.ts',
    original: 'margin: this.#options.endedMarkerMargin',
    planted: 'margin: 0',
  },
  {
    name: 'an end of unknown outcome is not followed up',
    file: 'saving/session-ender.ts',
    original: 'const until = clock.now() + LATE_WRITE_LIMIT',
    planted: 'const until = clock.now()',
  },
  {
    name: 'a session is taken for expired by the record that its request loaded',
    file: WRITE_LOOP,
    original: 'return start && this.#isExpired(start) ? undefined : start',
    planted: 'return start',
  },
]
