import type { ModeName } from './search.ts'

/** A fault of the algorithm, planted on purpose. */
export interface Mutant {
  readonly name: string
  /** Where it is to be found. @default 'saving' */
  readonly mode?: ModeName
  /** Path below `src`. */
  readonly file: string
  /** What is there exactly once, and what is put in its place. */
  readonly original: string
  readonly planted: string
  /** A second place in the same file. */
  readonly also?: Pick<Mutant, 'original' | 'planted'>
  /** Problems that would give the mutant away by its looks, and not by what it does. */
  readonly ignore?: RegExp
  /** For what is met seldom, so that its test need not search for long: from here on it is met soon. */
  readonly seed?: number
}

const WRITE_LOOP = 'saving/write-loop.ts'
const ENDER = 'saving/session-ender.ts'
const LIFETIME = 'session-lifetime.ts'
const ID_CHANGE = 'id-change.ts'
const DEFERRED = 'saving/deferred-saves.ts'

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
    seed: 3,
    file: WRITE_LOOP,
    original: 'const own = ownAttempt(found, open)\n',
    planted:
      'if (isLive(found) && found.record.version - before.record.version > WRITES_KEPT) throw outcomeUnknown()\n' +
      'const own = ownAttempt(found, open)\n',
  },
  {
    name: 'a live entry gets no time to live on a stock map',
    file: 'hazelcast/hazelcast-record-store.ts',
    original: 'if (this.#needsExtension(life, usable)) await',
    planted: 'if (life.margin) await',
  },
  {
    name: 'a save never gives up: what is not among the writes was not applied',
    seed: 2,
    file: WRITE_LOOP,
    original: 'entry.version - attempt.version > WRITES_KEPT',
    planted: 'false',
  },
  {
    name: 'a marker forgets the writes of its record',
    seed: 24,
    file: 'saving/record-stamp.ts',
    original: `endedAt: now,
        ...nextWrite(before, writeId),`,
    planted: `endedAt: now,
        ...nextWrite(before, writeId),
        writes: [writeId],`,
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
    seed: 23,
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
  {
    name: 'a sweep ends what is there, and not what it found expired',
    seed: 89,
    mode: 'expiry',
    file: ENDER,
    original: 'if (version !== undefined && record.version !== version) throw new RecordMoved()',
    planted: "if (reason !== 'expired' && version !== undefined && record.version !== version) throw new RecordMoved()",
  },
  {
    name: '`destroyed` is fired before the claim is known',
    mode: 'expiry',
    file: ENDER,
    original: 'if (claim) this.#tell(key, claim, how)\n',
    planted: '',
    also: {
      original: 'claims.set(writeId, { last: record, marker })',
      planted: 'this.#tell(key, { last: record }, how)',
    },
  },
  {
    name: 'a sweep does not follow up its claims',
    mode: 'expiry',
    file: ENDER,
    original: 'if (claims.size > 0 && !isUnsent(error)',
    planted: "if (reason !== 'expired' && claims.size > 0 && !isUnsent(error)",
  },
  {
    name: 'a sweep waits for ever for what is never answered',
    seed: 143,
    mode: 'expiry',
    file: 'house-keeper.ts',
    original: 'await this.#limited(pages.next())',
    planted: 'await pages.next()',
  },
  {
    name: 'a worker whose clock is wrong sweeps all the same',
    mode: 'expiry',
    file: 'house-keeper.ts',
    original: 'if (skew <= MOST_SKEW) return true',
    planted: 'return true',
  },
  {
    name: 'a session expires without regard to skew',
    mode: 'expiry',
    file: LIFETIME,
    original: '+ this.#touchAfter(record.maxInactiveInterval) + ALLOWED_SKEW',
    planted: '+ this.#touchAfter(record.maxInactiveInterval)',
  },
  {
    name: 'a touch that is tried again says when it was tried',
    mode: 'expiry',
    file: 'session-saver.ts',
    original: 'const intent = touchIntent(this.#options.lifetime, usedAt)',
    planted: 'const intent = touchIntent(this.#options.lifetime, Math.max(usedAt, this.#options.clock.now()))',
  },
  {
    name: 'the absolute limit is forgotten',
    seed: 1,
    mode: 'expiry',
    file: LIFETIME,
    original: 'return absoluteTimeout === undefined ? idleEnd',
    planted: 'return true ? idleEnd',
  },
  {
    name: 'a request that takes long does not keep its session alive',
    mode: 'expiry',
    file: 'http/open-requests.ts',
    original: 'else if (request.kept) touch(request.kept)',
    planted: '',
  },
  {
    name: 'a marker lives by its session alone, and not by the longer life of the map',
    mode: 'split',
    file: 'hazelcast/hazelcast-record-store.ts',
    original: 'Math.max(life.seconds, entryLife) + life.margin',
    planted: 'life.seconds + life.margin',
  },
  {
    name: 'a marker lives no longer than what the other half may have written',
    mode: 'split',
    file: LIFETIME,
    original: 'margin: this.#options.endedMarkerMargin',
    planted: 'margin: 0',
  },
  {
    name: 'an id change ends the old record first',
    mode: 'idChange',
    file: ID_CHANGE,
    original: 'const created = await this.#options.queue.write(newId,',
    planted:
      "if (oldKey !== undefined && stored) await this.#options.ender.end(oldKey, stored, 'renamed')\n" +
      'const created = await this.#options.queue.write(newId,',
  },
  {
    name: 'an id change forgets what its request changed',
    mode: 'idChange',
    file: ID_CHANGE,
    original: '[...changes.texts.keys(), ...Object.keys(pending).map(settingName)]',
    planted: '[]',
  },
  {
    name: 'nothing completes an id change',
    mode: 'idChange',
    file: ID_CHANGE,
    original: 'if (!session.known.record.previous) return\n',
    planted: 'return\n',
  },
  {
    name: 'an id change brings over what it found, and not what came since',
    mode: 'idChange',
    file: ID_CHANGE,
    original: "await ender.endUnchanged(previous.key, old, 'renamed')",
    planted: "(await ender.end(previous.key, old, 'renamed')) ? 'ended' : 'elsewhere'",
  },
  {
    name: 'an id change leaves the id of a logged-in user alive',
    mode: 'idChange',
    file: ID_CHANGE,
    original: 'else if (old.principal !== undefined) await',
    planted: 'else if (false) await',
  },
  {
    name: 'a change that is written late wins over what was stored meanwhile',
    mode: 'late',
    file: DEFERRED,
    original: 'stored: unknown): unknown => stored',
    planted: 'stored: unknown, ours?: unknown): unknown => ours',
  },
  {
    name: 'a write takes what came while it was on its way for written',
    mode: 'late',
    file: DEFERRED,
    original: 'if (held === sent) this.#release(key)',
    planted: 'if (held) this.#release(key)',
  },
  {
    name: 'a late write takes an earlier one of its own for somebody else',
    mode: 'late',
    file: DEFERRED,
    original: 'attempts.some((sent) => sent.has(name) && sent.get(name) === stored.get(name))',
    planted: 'attempts.some(() => false)',
  },
  {
    name: 'what is held stays on top of what its request has not seen',
    mode: 'late',
    file: DEFERRED,
    original: 'if (before && latest.record.version > before.start.record.version) this.#rebase(key, before, latest)',
    planted: '',
  },
  {
    name: 'a late write that failed is not tried again',
    mode: 'late',
    file: DEFERRED,
    original: 'this.#due.set(key, clock.now() + RETRY)',
    planted: 'this.#release(key)',
  },
  {
    name: 'a worker that ends writes nothing',
    mode: 'late',
    file: 'session-saver.ts',
    original: 'await this.#deferred.close(operationTimeout * CLOSING_BUDGETS)',
    planted: '0',
  },
  {
    name: 'a request that is answered late shows what was there before a late write',
    mode: 'late',
    file: 'session-manager.ts',
    original: 'const latest = held ? this.#copies?.latest(id) : undefined',
    planted: 'const latest = held ? undefined : this.#copies?.latest(id)',
  },
  {
    name: 'an update does not see what waits to be written',
    mode: 'late',
    file: 'session-saver.ts',
    original: 'if (!this.#deferred.holds(session.id) || this.local?.isServing === true) return task()\n',
    planted: 'return task()\n',
  },
  {
    name: 'a log-out tells what was stored, and not what waited',
    mode: 'late',
    file: 'session-saver.ts',
    original: 'const last = this.#deferred.ended(key, stored)',
    planted: 'const last = stored',
  },
]
