import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FAILURES, titleOf } from './cell.ts'
import type { Cell } from './cell.ts'
import { FOLDER } from './cell-log.ts'
import type { CellResult } from './play.ts'

/** Seconds a cell takes of which nothing is known yet. */
const GUESS = 35

/** The newest result of each cell, a line of JSON each, so that a run can be continued. */
export class ResultFile {
  readonly #file: string
  readonly #results = new Map<string, CellResult>()

  private constructor(file: string) {
    this.#file = file
  }

  static async open(file: string = join(FOLDER, 'results.jsonl')): Promise<ResultFile> {
    const results = new ResultFile(file)
    const text = await readFile(file, 'utf8').catch(() => '')
    // The last line may be half written.
    for (const line of text.split('\n').slice(0, -1)) results.#take(JSON.parse(line) as CellResult)
    return results
  }

  async add(result: CellResult): Promise<void> {
    this.#take(result)
    await mkdir(FOLDER, { recursive: true })
    await appendFile(this.#file, `${JSON.stringify(result)}\n`)
  }

  has(cell: Cell): boolean {
    return this.#results.get(titleOf(cell))?.problems.length === 0
  }

  /** In the order of these cells; of those that have one. */
  of(cells: readonly Cell[]): CellResult[] {
    return cells.flatMap((cell) => this.#results.get(titleOf(cell)) ?? [])
  }

  /** Seconds that these cells will take, as far as others of the same failure tell. */
  estimate(cells: readonly Cell[]): number {
    const means = new Map(FAILURES.map((failure) => [failure, this.#mean(failure)]))
    return cells.reduce((sum, { failure }) => sum + (means.get(failure) ?? GUESS), 0)
  }

  #mean(failure: Cell['failure']): number {
    const seconds = [...this.#results.values()]
      .filter(({ cell }) => cell.failure === failure)
      .map((result) => result.seconds)
    return seconds.length === 0 ? GUESS : seconds.reduce((sum, each) => sum + each, 0) / seconds.length
  }

  #take(result: CellResult): void {
    this.#results.set(result.title, result)
  }
}
