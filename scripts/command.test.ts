import { afterEach, expect, it, vi } from 'vitest'
import { run } from './command.mjs'

afterEach(() => {
  vi.restoreAllMocks()
})

it('a command that is not installed says what to do, and counts as failed', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {})
  expect(await run('no-such-command', [])).toBe(127)
  expect(said).toHaveBeenCalledExactlyOnceWith('no-such-command is not installed. Run `npm ci` first.')
})

it('a command gives its exit code', async () => {
  expect(await run('node', ['--eval', 'process.exitCode = 3'])).toBe(3)
})
