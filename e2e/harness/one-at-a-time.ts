import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** Ms between two looks whether it is our turn. */
const LOOK_AGAIN = 500

/** Does something while nobody else does what has the same lock file, which holds the id of the process that does. */
export async function oneAtATime(lock: string, work: () => Promise<void>): Promise<void> {
  await mkdir(dirname(lock), { recursive: true })
  while (!(await isTaken(lock))) {
    if (await isAbandoned(lock)) await rm(lock, { force: true })
    else await pause(LOOK_AGAIN)
  }
  try {
    await work()
  } finally {
    await rm(lock, { force: true })
  }
}

/** Whether it is ours now. It appears with its id in it, not empty first. */
async function isTaken(lock: string): Promise<boolean> {
  const ours = `${lock}-${randomUUID()}`
  await writeFile(ours, String(process.pid))
  try {
    await link(ours, lock)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  } finally {
    await rm(ours, { force: true })
  }
}

/** Whether who took it was killed. */
async function isAbandoned(lock: string): Promise<boolean> {
  try {
    return !process.kill(Number(await readFile(lock, 'utf8')), 0)
  } catch (error) {
    return isCode(error, 'ESRCH')
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
