import { LONGEST_KEY } from '../session-id-policy.ts'

/** The id that an application's own function made. Throws a TypeError, which names the option, for what can be none. */
export function givenId(option: string, id: unknown): string {
  if (typeof id !== 'string' || id === '')
    throw new TypeError(`Expected \`${option}\` to return a text, got ${typeof id}`)
  if (id.length <= LONGEST_KEY) return id
  throw new TypeError(`Expected \`${option}\` to return at most ${LONGEST_KEY} characters, got ${id.length}`)
}
