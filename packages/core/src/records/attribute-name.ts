import { SessionError } from '../session-error.ts'

/** Names that mean something to JavaScript itself. Read from a store they are left out; written they are an error. */
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

export function isReservedName(name: string): boolean {
  return RESERVED.has(name)
}

/** Throws `RECORD_UNWRITABLE` for a name that could not be read back. */
export function assertAttributeName(name: string): void {
  if (!isReservedName(name)) return
  throw new SessionError(
    'RECORD_UNWRITABLE',
    `A session attribute cannot be called "${name}": the name has a meaning in JavaScript. Choose another one.`,
  )
}
