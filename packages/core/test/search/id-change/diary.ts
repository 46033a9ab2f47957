/** `unknown`: nobody was told, or that nobody knows. */
type Outcome = 'done' | 'unknown' | 'refused'

/** What every call to a session has. */
interface Entry {
  readonly visit: number
  readonly worker: string
  readonly key: string
  readonly from: number
  /** Epoch ms at which it was answered; infinite when it never was. */
  to: number
  outcome: Outcome
}

export interface Opened extends Entry {
  readonly kind: 'open'
  found: 'live' | 'ended' | 'none' | undefined
}

/** One name that was to get one value. */
export interface Written extends Entry {
  readonly kind: 'write'
  readonly name: string
  readonly value: string
}

export interface Changed extends Entry {
  readonly kind: 'change'
  readonly newKey: string
  /** What was unsaved and went along. */
  readonly names: readonly string[]
  /** Whether the old id stood for a logged-in user, and may not be used any more. */
  readonly endsOld: boolean
}

export interface EndAsked extends Entry {
  readonly kind: 'end'
  /** Whether it was this call that ended it. */
  isOwn: boolean
}

export type Told = Opened | Written | Changed | EndAsked

/** Everything that one browser's requests did and were told, and what the browser knows of it. */
export class Diary {
  readonly entries: Told[] = []
  /** Ids, in the order in which answers brought them. */
  readonly jar: string[]
  /** Requests whose answers arrived. */
  readonly heard = new Set<number>()
  readonly problems: string[] = []
  #count = 0

  constructor(first: string) {
    this.jar = [first]
  }

  /** Something that nobody else has. */
  next(prefix: string): string {
    this.#count += 1
    return `${prefix}${this.#count}`
  }

  /** The id that a request shows, which may be one that the browser had before. */
  shown(age: number): string {
    return this.jar[Math.max(0, this.jar.length - 1 - age)] ?? ''
  }

  /** An answer arrived, with a cookie if the id is another than the request's. */
  hear(visit: number, shown: string, id: string): void {
    this.heard.add(visit)
    if (id !== shown && !this.jar.includes(id)) this.jar.push(id)
  }

  note<E extends Told>(entry: E): E {
    this.entries.push(entry)
    return entry
  }

  all<K extends Told['kind']>(kind: K): Extract<Told, { readonly kind: K }>[] {
    return this.entries.filter((entry): entry is Extract<Told, { readonly kind: K }> => entry.kind === kind)
  }
}
