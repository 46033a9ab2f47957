import { assertAttributeName } from './records/attribute-name.ts'
import type { AttributeSerializer } from './records/attribute-serializer.ts'
import { textOf, valueOf } from './records/attribute-serializer.ts'
import type { AttributeTexts } from './records/session-record.ts'
import type { AttributeChanges } from './saving/attribute-changes.ts'
import { changesBetween, isChanged, withChanges } from './saving/attribute-changes.ts'

/** A session's attributes as an application handles them: plain properties with plain values. */
export type SessionAttributes = Record<string, unknown>

/**
 * Attributes that are parsed when they are first read, and that know afterwards what became of them: only what was
 * read or assigned is turned into text and compared.
 */
export class AttributeView {
  /** What the store held, as far as this view knows. */
  #base: AttributeTexts
  readonly #serializer: AttributeSerializer
  /** Values that were read or assigned. A change inside one is found by comparing texts. */
  readonly #values = new Map<string, unknown>()
  readonly #deleted = new Set<string>()
  #watcher: (() => void) | undefined
  /** The attributes as properties. Nested changes count: `data.cart.items.push(...)`. */
  readonly data: SessionAttributes

  constructor(base: AttributeTexts, serializer: AttributeSerializer) {
    this.#base = base
    this.#serializer = serializer
    this.data = attributesOf(this, {}, () => false)
  }

  /** Calls `watcher` after each assignment and deletion. What is changed inside of a value, nobody is told. */
  watch(watcher: () => void): void {
    this.#watcher = watcher
  }

  get base(): AttributeTexts {
    return this.#base
  }

  names(): string[] {
    const names = new Set([...this.#base.keys(), ...this.#values.keys()])
    return [...names].filter((name) => this.has(name))
  }

  has(name: string): boolean {
    return !this.#deleted.has(name) && (this.#values.has(name) || this.#base.has(name))
  }

  get(name: string): unknown {
    if (this.#deleted.has(name)) return undefined
    if (this.#values.has(name)) return this.#values.get(name)
    const text = this.#base.get(name)
    if (text === undefined) return undefined
    const value = valueOf(this.#serializer, name, text)
    this.#values.set(name, value)
    return value
  }

  set(name: string, value: unknown): void {
    assertAttributeName(name)
    this.#deleted.delete(name)
    this.#values.set(name, value)
    this.#watcher?.()
  }

  delete(name: string): void {
    this.#values.delete(name)
    // Also when the base lacks it: a save under way may be about to put it there.
    this.#deleted.add(name)
    this.#watcher?.()
  }

  /** What was done since the base: assigned, deleted, or changed in place. */
  changes(): AttributeChanges {
    const texts = new Map<string, string | undefined>()
    for (const [name, value] of this.#values) {
      const text = textOf(this.#serializer, name, value)
      if (isChanged(this.#base.get(name), name, text, this.#serializer)) texts.set(name, text)
    }
    for (const name of this.#deleted) {
      if (this.#base.has(name)) texts.set(name, undefined)
    }
    return { base: this.#base, texts }
  }

  /** The changes that would make this view hold `attributes` and nothing else. */
  changesTo(attributes: Iterable<readonly [string, unknown]>): AttributeChanges {
    return changesBetween(this.#base, attributes, this.#serializer)
  }

  /** These changes are stored now. Values already handed out stay the objects they are. */
  saved(changes: AttributeChanges): void {
    this.#base = withChanges(this.#base, changes.texts)
    for (const name of this.#deleted) {
      if (!this.#base.has(name)) this.#deleted.delete(name)
    }
  }

  /**
   * The store holds `texts` now, `pending` included. What was changed in this view after `pending` was taken stays
   * changed; everything else is read afresh.
   */
  reset(texts: AttributeTexts, pending: AttributeChanges): void {
    const current = this.changes().texts
    const textIn = (changes: AttributeChanges['texts'], name: string): string | undefined =>
      changes.has(name) ? changes.get(name) : this.#base.get(name)
    const kept = [...new Set([...current.keys(), ...pending.texts.keys()])]
      .filter((name) => textIn(current, name) !== textIn(pending.texts, name))
      .map((name) => [name, this.#values.get(name)] as const)
    this.#base = texts
    this.#values.clear()
    this.#deleted.clear()
    for (const [name, value] of kept) {
      if (value === undefined) this.#deleted.add(name)
      else this.#values.set(name, value)
    }
  }
}

/**
 * An object whose properties are the attributes of `view`, but for those that `isOwn` to `object`: its own fields, and its
 * methods. Symbols, and names that are no attributes, are the object's too.
 */
export function attributesOf<Target extends object>(
  view: AttributeView,
  object: Target,
  isOwn: (name: string) => boolean,
): Target {
  const isAttribute = (name: string | symbol): name is string => typeof name === 'string' && !isOwn(name)
  return new Proxy<Target>(object, {
    get: (target, name, receiver): unknown =>
      isAttribute(name) && view.has(name) ? view.get(name) : Reflect.get(target, name, receiver),
    set: (target, name, value) => {
      // Before anything else: assigned to the target, it would change what the target is.
      if (typeof name === 'string') assertAttributeName(name)
      if (!isAttribute(name)) return Reflect.set(target, name, value)
      view.set(name, value)
      return true
    },
    has: (target, name) => (isAttribute(name) && view.has(name)) || Reflect.has(target, name),
    deleteProperty: (target, name) => {
      if (!isAttribute(name)) return Reflect.deleteProperty(target, name)
      view.delete(name)
      return true
    },
    defineProperty: (target, name, descriptor) => {
      if (typeof name === 'string') assertAttributeName(name)
      if (!isAttribute(name) || !('value' in descriptor) || descriptor.enumerable === false)
        return Reflect.defineProperty(target, name, descriptor)
      view.set(name, descriptor.value)
      return true
    },
    ownKeys: (target) => [...Reflect.ownKeys(target), ...view.names().filter(isAttribute)],
    getOwnPropertyDescriptor: (target, name) =>
      isAttribute(name) && view.has(name)
        ? { value: view.get(name), writable: true, enumerable: true, configurable: true }
        : Reflect.getOwnPropertyDescriptor(target, name),
  })
}
