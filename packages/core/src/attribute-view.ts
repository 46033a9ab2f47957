import type { SessionTransients } from './local/transient-attributes.ts'
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
  /** Attributes that are not stored, where there are such. */
  readonly #transients: SessionTransients | undefined
  /** Values that were read or assigned. A change inside one is found by comparing texts. */
  readonly #values = new Map<string, unknown>()
  readonly #deleted = new Set<string>()
  #watcher: (() => void) | undefined
  #data: SessionAttributes | undefined

  constructor(base: AttributeTexts, serializer: AttributeSerializer, transients?: SessionTransients) {
    this.#base = base
    this.#serializer = serializer
    this.#transients = transients
  }

  /** The attributes as properties. Nested changes count: `data.cart.items.push(...)`. */
  get data(): SessionAttributes {
    this.#data ??= attributesOf<SessionAttributes>(this, {}, () => false)
    return this.#data
  }

  /** Calls `watcher` after each assignment and deletion. What is changed inside of a value, nobody is told. */
  watch(watcher: () => void): void {
    this.#watcher = watcher
  }

  get base(): AttributeTexts {
    return this.#base
  }

  names(): string[] {
    const names = new Set([...this.#base.keys(), ...this.#values.keys(), ...(this.#transients?.names() ?? [])])
    return [...names].filter((name) => this.has(name))
  }

  has(name: string): boolean {
    if (this.#transients?.isTransient(name) === true) return this.#transients.has(name)
    return !this.#deleted.has(name) && (this.#values.has(name) || this.#base.has(name))
  }

  get(name: string): unknown {
    if (this.#transients?.isTransient(name) === true) return this.#transients.get(name)
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
    if (this.#transients?.isTransient(name) === true) return this.#transients.set(name, value)
    this.#deleted.delete(name)
    this.#values.set(name, value)
    this.#watcher?.()
  }

  delete(name: string): void {
    if (this.#transients?.isTransient(name) === true) return this.#transients.delete(name)
    this.#values.delete(name)
    // Also when the base lacks it: a save under way may be about to put it there.
    this.#deleted.add(name)
    this.#watcher?.()
  }

  /** Attributes that are not stored, where there are such. */
  get transients(): SessionTransients | undefined {
    return this.#transients
  }

  /** Another view of the same session, of these attributes. */
  of(attributes: AttributeTexts): AttributeView {
    return new AttributeView(attributes, this.#serializer, this.#transients)
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
  return new Proxy<Target>(object, new AttributeProperties(view, isOwn))
}

/** Each request makes one or two of these: one object, and not a function for each trap. */
class AttributeProperties implements ProxyHandler<object> {
  readonly #view: AttributeView
  readonly #isOwn: (name: string) => boolean

  constructor(view: AttributeView, isOwn: (name: string) => boolean) {
    this.#view = view
    this.#isOwn = isOwn
  }

  get(target: object, name: string | symbol, receiver: unknown): unknown {
    if (this.#isAttribute(name) && this.#view.has(name)) return this.#view.get(name)
    return Reflect.get(target, name, receiver)
  }

  set(target: object, name: string | symbol, value: unknown, receiver: unknown): boolean {
    // Before anything else: assigned to the target, it would change what the target is.
    if (typeof name === 'string') assertAttributeName(name)
    if (!this.#isAttribute(name)) return Reflect.set(target, name, value, receiver)
    this.#view.set(name, value)
    return true
  }

  has(target: object, name: string | symbol): boolean {
    return (this.#isAttribute(name) && this.#view.has(name)) || Reflect.has(target, name)
  }

  deleteProperty(target: object, name: string | symbol): boolean {
    if (!this.#isAttribute(name)) return Reflect.deleteProperty(target, name)
    this.#view.delete(name)
    return true
  }

  defineProperty(target: object, name: string | symbol, descriptor: PropertyDescriptor): boolean {
    if (typeof name === 'string') assertAttributeName(name)
    if (!this.#isAttribute(name) || !('value' in descriptor) || descriptor.enumerable === false)
      return Reflect.defineProperty(target, name, descriptor)
    this.#view.set(name, descriptor.value)
    return true
  }

  ownKeys(target: object): (string | symbol)[] {
    return [...Reflect.ownKeys(target), ...this.#view.names().filter((name) => this.#isAttribute(name))]
  }

  getOwnPropertyDescriptor(target: object, name: string | symbol): PropertyDescriptor | undefined {
    if (!this.#isAttribute(name) || !this.#view.has(name)) return Reflect.getOwnPropertyDescriptor(target, name)
    return { value: this.#view.get(name), writable: true, enumerable: true, configurable: true }
  }

  #isAttribute(name: string | symbol): name is string {
    return typeof name === 'string' && !this.#isOwn(name)
  }
}
