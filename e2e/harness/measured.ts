import { expect } from 'vitest'

/** Writes a figure into the log of the run, with the test that measured it. */
export function measured(figure: string): void {
  process.stdout.write(`measured: ${expect.getState().currentTestName}: ${figure}\n`)
}
