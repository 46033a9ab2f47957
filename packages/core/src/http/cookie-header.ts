import { parse } from 'cookie'

/** Every value that a `Cookie` header has under `name`, in its order: browsers send several for several paths. */
export function cookieValues(header: string | undefined, name: string): string[] {
  if (header === undefined || !header.includes(name)) return []
  // As nearly always. Then the header need not be cut in pieces.
  const isThereOnce = header.indexOf(name) === header.lastIndexOf(name)
  return (isThereOnce ? [header] : header.split(';')).flatMap((piece) => parse(piece)[name] ?? [])
}
