import type { AttributeTexts, StoredRecord } from './session-record.ts'

/** Where the attributes begin in a text that this library wrote. */
const FIELD = ',"attributes":{'
/** What stands between a name and a text. */
const BETWEEN = '":"'
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
 * this library would: with blanks, with a field behind the attributes, with names in another order or escaped in another way,
 * with names that are there twice, or that were left out when it was read.
 *
 * The text is JSON, as it was read. There `":"` stands between a name and a text and nowhere else, but where one of them ends
 * with a colon. So all is known when each stands behind the next name, and none behind the last.
 */
function writtenLiterals({ record, token }: StoredRecord): ReadonlyMap<string, string> | undefined {
  const field = token.indexOf(FIELD)
  if (field === -1) return undefined
  const names = [...record.attributes.keys()]
  const beginnings = names.map((name) => `${JSON.stringify(name)}:"`)
  const literals = new Map<string, string>()
  let start = field + FIELD.length
  if (!token.startsWith(beginnings[0] ?? '}}', start)) return undefined
  for (const [index, name] of names.entries()) {
    const from = start + (beginnings[index] ?? '').length
    const next = beginnings[index + 1]
    const quote = next === undefined ? lastQuote(token, from) : quoteBefore(next, token, from)
    if (quote === undefined) return undefined
    literals.set(name, token.slice(start, quote + 1))
    start = quote + '",'.length
  }
  return literals
}

/** Where the text ends that has begun before `from`, if the attribute that begins with `next` follows. */
function quoteBefore(next: string, token: string, from: number): number | undefined {
  const between = token.indexOf(BETWEEN, from)
  const quote = between + BETWEEN.length - next.length - '",'.length
  return between !== -1 && quote >= from && token.startsWith(`",${next}`, quote) ? quote : undefined
}

/** Where the text ends that has begun before `from`, if it is the last thing in the token. */
function lastQuote(token: string, from: number): number | undefined {
  if (token.includes(BETWEEN, from)) return undefined
  let quote = token.indexOf('"}', from)
  while (quote !== -1 && isEscaped(token, quote)) quote = token.indexOf('"}', quote + 1)
  return quote === token.length - END.length ? quote : undefined
}

function isEscaped(token: string, at: number): boolean {
  let first = at
  while (token[first - 1] === '\\') first -= 1
  return (at - first) % 2 === 1
}
