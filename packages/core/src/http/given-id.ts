/** The id that an application's own function made. Throws a TypeError, which names the option, for what is no text. */
export function givenId(option: string, id: unknown): string {
  if (typeof id === 'string' && id !== '') return id
  throw new TypeError(`Expected \`${option}\` to return a text, got ${typeof id}`)
}
