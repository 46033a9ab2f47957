/** A field of objects that others made, which only its owner sees. */
export interface HiddenField<Value> {
  /** Throws a TypeError for an object that has it. */
  add(object: object, value: Value): void
  /** `undefined`: the object does not have it. */
  of(object: object): Value | undefined
}

/**
 * What a `WeakMap` would be taken for, for what lives no longer than a request: a private field, which goes with its object.
 * V8 keeps the values of a `WeakMap` that has become old until it collects everything (seen in 11.3), and with a session
 * object the request, the response and all that they refer to (docs/decisions/010-what-a-request-leaves-behind.md).
 */
export function hiddenField<Value>(): HiddenField<Value> {
  return class Field extends Given {
    readonly #value: Value

    private constructor(object: object, value: Value) {
      super(object)
      this.#value = value
    }

    static add(object: object, value: Value): void {
      // oxlint-disable-next-line no-new -- what it makes is a field of `object`
      new Field(object, value)
    }

    static of(object: object): Value | undefined {
      return #value in object ? object.#value : undefined
    }
  }
}

/** Fields of a class that extends it become fields of what it is given. */
// oxlint-disable-next-line typescript/no-extraneous-class -- only a class can be extended
class Given {
  constructor(object: object) {
    return object
  }
}
