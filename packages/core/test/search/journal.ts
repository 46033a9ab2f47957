/** What one call to a session was meant to do, and what its caller was told. Names without a value are deleted. */
export interface Operation {
  readonly id: number
  readonly kind: 'save' | 'update' | 'touch' | 'end' | 'load'
  readonly key: string
  readonly worker: string
  readonly from: number
  /** JSON texts by name; `#interval` stands for `maxInactiveInterval`. */
  readonly effects: ReadonlyMap<string, string | undefined>
  /** The turn of its view in which it was asked for. */
  readonly turn?: Turn
  /** Whether the interval among the effects is the one that this view knows. */
  readonly isIntervalIdle?: boolean
  /** The token that an update appends to the list. */
  readonly appends?: string | undefined
  answer?: Answer
}

/**
 * A time in which a view always had something to wait for. Its saves wait for each other, and take along what was
 * changed meanwhile.
 */
export interface Turn {
  readonly since: number
  readonly changes: (readonly [name: string, value: string | undefined])[]
  running: number
}

export type Answer =
  | { readonly kind: 'done'; readonly at: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly at: number; readonly code: string; readonly unsent: boolean }

/** The name under which the oracle follows a session's own interval. */
export const INTERVAL = '#interval'
/** The attribute to which updates append. */
export const LIST = 'list'

/** A time in which somebody used a session: from the question for it to the end of the request. */
export interface Use {
  readonly key: string
  readonly worker: string
  readonly from: number
  /** Infinite while the request is under way, and for ever if its worker died. */
  to: number
  /** Whether the store was told of it, as far as the request knows. */
  isKept: boolean
}

export interface Heard {
  readonly worker: string
  readonly key: string
  readonly at: number
}

export interface HeardEnd extends Heard {
  readonly reason: string
  readonly attributes: Readonly<Record<string, unknown>>
}

/** Everything the application did, was answered and was told. */
export class Journal {
  readonly operations: Operation[] = []
  readonly uses: Use[] = []
  readonly created: Heard[] = []
  readonly destroyed: HeardEnd[] = []
  readonly problems: string[] = []

  #tokens = 0
  readonly #turns = new WeakMap<object, Turn>()

  /** A value that nobody else writes. */
  nextToken(): string {
    this.#tokens += 1
    return `t${this.#tokens}`
  }

  /** The turn that `view` is in, or was in last. */
  turnOf(view: object): Turn {
    return this.#turns.get(view) ?? { since: 0, changes: [], running: 0 }
  }

  enterTurn(view: object, now: number): Turn {
    const last = this.turnOf(view)
    const turn: Turn = last.running > 0 ? last : { since: now, changes: [], running: 0 }
    turn.running += 1
    this.#turns.set(view, turn)
    return turn
  }

  begin(operation: Omit<Operation, 'id' | 'answer'>): Operation {
    const begun: Operation = { ...operation, id: this.operations.length }
    this.operations.push(begun)
    return begun
  }
}
