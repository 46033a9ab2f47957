import { parse as parseSafely } from 'secure-json-parse'
import { SessionError } from '../session-error.ts'

/**
 * Turns one attribute's value into text and back, for applications that keep Dates, Maps or classes in a session
 * (superjson, devalue, ...). Every process that shares the map must use the same one.
 */
export interface AttributeSerializer {
  /** `undefined` for a value that is not stored, like `undefined` itself or a function. */
  stringify(value: unknown): string | undefined
  parse(text: string): unknown
}

/** Plain JSON. `__proto__` and `constructor.prototype` inside a stored value are left out when it is read. */
export const jsonSerializer: AttributeSerializer = {
  stringify: (value) => JSON.stringify(value),
  parse: (text) => parseSafely(text, undefined, { protoAction: 'remove', constructorAction: 'remove' }),
}

/** The text of a value, or `RECORD_UNWRITABLE` with the attribute's name and never its value. */
export function textOf(serializer: AttributeSerializer, name: string, value: unknown): string | undefined {
  try {
    return serializer.stringify(value)
  } catch (error) {
    throw new SessionError(
      'RECORD_UNWRITABLE',
      `The session attribute "${name}" cannot be stored: it could not be turned into text. Keep plain JSON values in ` +
        'a session (no cycles, no BigInt), or give a `serializer` that knows this kind of value.',
      { cause: error },
    )
  }
}

/** The value of a stored text, or `RECORD_UNREADABLE`. */
export function valueOf(serializer: AttributeSerializer, name: string, text: string): unknown {
  try {
    return serializer.parse(text)
  } catch (error) {
    throw new SessionError(
      'RECORD_UNREADABLE',
      `The stored text of the session attribute "${name}" cannot be read. Was it written with another \`serializer\`?`,
      // The cause of a parser may quote the value, so only its kind is kept.
      { cause: new Error(error instanceof Error ? error.name : typeof error) },
    )
  }
}
