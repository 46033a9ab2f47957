import type { IncomingHttpHeaders } from 'node:http'

/** What came of one request. Status 0: no answer came, and nobody knows whether the request was carried out. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** From before the request to the last byte of the answer. */
  readonly ms: number
  /** How often the browser sent it again, since its connection broke. Nobody knows whether it was carried out before. */
  readonly repeats: number
  readonly error?: unknown
}

/** The number a `POST /api/increment` answered. */
export function valueOf(answer: Answer): number {
  const { value } = JSON.parse(answer.text) as { value: number }
  return value
}

export function longest(answers: readonly Answer[]): number {
  return Math.round(Math.max(0, ...answers.map(({ ms }) => ms)))
}

/** How many answers had which status, for a message: `{ 204: 38, 503: 2 }`. */
export function statusCounts(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
