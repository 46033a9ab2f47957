import { setTimeout as pause } from 'node:timers/promises'
import type { Browser } from './browser.ts'
import type { Worker } from './worker.ts'

const BEGUN = 300
const TURNS = 3

/**
 * Resolves when requests that were sent to these workers before have begun: each worker has answered younger ones since,
 * which asked for a session as well. `cookies` are those of a session that is alive.
 */
export async function overtaken(browser: Browser, cookies: string, workers: readonly Worker[]): Promise<void> {
  await pause(BEGUN)
  for (const worker of workers) {
    await browser.adopt(worker, cookies)
    for (let turn = 0; turn < TURNS; turn++) {
      const { isNew } = await browser.session(worker)
      if (isNew) throw new Error('The session to overtake others with is not there.')
    }
  }
}
