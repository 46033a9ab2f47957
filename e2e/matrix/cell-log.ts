import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CellResult } from './play.ts'
import type { Visit } from './visit.ts'

/** Not committed. */
export const FOLDER: string = fileURLToPath(new URL('../.matrix', import.meta.url))

/**
 * Writes down what led to a failure: what processes said, and all that the browsers concerned did.
 *
 * @returns the file
 */
export async function writeCellLog(
  result: CellResult,
  concerned: Iterable<Visit>,
  outputs: readonly string[],
): Promise<string> {
  const stories = [...concerned].map(({ user, story }) => `--- browser of ${user}\n${story.join('\n')}`)
  const file = join(FOLDER, `${result.title.replaceAll(/[^\w]+/g, '-')}.log`)
  await mkdir(FOLDER, { recursive: true })
  await writeFile(file, [result.title, ...result.problems, '', ...stories, ...outputs, ''].join('\n'))
  return file
}
