import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { SessionManager } from '../src/session-manager.ts'

test('the example in the README runs, and prints what it says', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const example = /```ts\n(import \{ SessionManager \}[^]*?)```/.exec(readme)?.[1] ?? ''
  const printed: unknown[][] = []
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
    ...code: string[]
  ) => (...values: unknown[]) => Promise<void>
  const run = new AsyncFunction('SessionManager', 'console', example.replace(/^import .*$/m, ''))
  await run(SessionManager, { log: (...values: unknown[]) => printed.push(values) })
  expect(printed).toEqual([[1], ['a session ended:', 'invalidated'], [undefined]])
})
