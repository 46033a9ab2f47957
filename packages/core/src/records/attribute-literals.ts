import type { AttributeTexts, StoredRecord } from './session-record.ts'

/** Where the attributes begin in a text that this library wrote. */
const FIELD = ',"attributes":{'
/** How such a text ends, with the quote of its last attribute. */
const END = '"}}'

/**
 * The attributes as a record's text has them, between the braces: `"theme":"\"dark\""`. To escape a text with many quotes takes
 * longer than all else that a save does in memory; so what `before` has too is copied from the text of `before`.
 */
export function attributeLiterals(attributes: AttributeTexts, before: StoredRecord | undefined): string {
  const written = before && writtenLiterals(before)
  let literals = ''
  for (const [name, text] of attributes) {
    const known = before?.record.attributes.get(name) === text ? written?.get(name) : undefined
    literals += (literals && ',') + (known ?? `${JSON.stringify(name)}:${JSON.stringify(text)}`)
  }
  return literals
}

/**
 * The attributes of a record as its text has them, each with its name. `undefined` for a text that is spelled otherwise than
 * this library would: with blanks, with a field behind the attributes, with names in another order or escaped in another way.
 *
 * The text is JSON with just these names, as it was read. So a text ends at the first quote that is not escaped, and is
 * followed at once by the next name, or by the end of all: where it is not, the whole is spelled otherwise. (What has both
 * blanks and a name twice would deceive this. Nobody writes such JSON.)
 */
function writtenLiterals({ record, token }: StoredRecord): ReadonlyMap<string, string> | undefined {
  const field = token.indexOf(FIELD)
  if (field === -1 || token.includes(FIELD, field + 1)) return undefined
  const names = [...record.attributes.keys()]
  const beginnings = names.map((name) => `${JSON.stringify(name)}:"`)
  const literals = new Map<string, string>()
  let start = field + FIELD.length
  for (const [index, name] of names.entries()) {
    const beginning = beginnings[index] ?? ''
    const next = beginnings[index + 1]
    if (!token.startsWith(beginning, start)) return undefined
    const quote = closingQuote(token, start + beginning.length, next === undefined ? '}' : `,${next}`)
    if (quote === -1 || (next === undefined && quote !== token.length - END.length)) return undefined
    literals.set(name, token.slice(start, quote + 1))
    start = quote + 2
  }
  return literals
}

/** Where the text that has begun before `from` ends: the first quote that is one, and that `follower` follows. */
function closingQuote(token: string, from: number, follower: string): number {
  const wanted = `"${follower}`
  let at = token.indexOf(wanted, from)
  while (at !== -1 && isEscaped(token, at)) at = token.indexOf(wanted, at + 1)
  return at
}

function isEscaped(token: string, at: number): boolean {
  let first = at
  while (token[first - 1] === '\\') first -= 1
  return (at - first) % 2 === 1
}
