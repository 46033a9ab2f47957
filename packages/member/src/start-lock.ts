import { lstat, mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A lock that was not renewed for so long belongs to nobody any more: its process was killed, or hangs. */
const STALE_MS = 15_000
const RENEWAL_MS = 3000

/**
 * Lets one process of this user at a time start a member, so that ten workers that begin together do not start ten JVMs of which nine
 * find their port taken. Advice only: where the file system does not play along everybody gets the lock, and the port decides.
 */
export class StartLock {
  readonly #file: string | undefined
  readonly #renewal: NodeJS.Timeout | undefined

  private constructor(file: string | undefined) {
    this.#file = file
    if (file === undefined) return
    this.#renewal = setInterval(() => {
      const now = new Date()
      utimes(file, now, now).catch(() => undefined)
    }, RENEWAL_MS)
    this.#renewal.unref()
  }

  /** Undefined when another process has it. */
  static async take(name: string, folder: string = lockFolder()): Promise<StartLock | undefined> {
    if (!(await isOurs(folder))) return new StartLock(undefined)
    const file = join(folder, `${name}.lock`)
    // Twice, as the first time may only remove what a dead process left.
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        const handle = await open(file, 'wx', 0o600)
        await handle.writeFile(String(process.pid))
        await handle.close()
        return new StartLock(file)
      } catch (error) {
        if (!isCode(error, 'EEXIST')) return new StartLock(undefined)
      }
      if (!(await isAbandoned(file))) return undefined
      await rm(file, { force: true })
    }
    return undefined
  }

  async release(): Promise<void> {
    clearInterval(this.#renewal)
    if (this.#file !== undefined) await rm(this.#file, { force: true }).catch(() => undefined)
  }
}

function lockFolder(): string {
  return join(tmpdir(), `hazelcast-session-${process.getuid?.() ?? 'user'}`)
}

/** Whether this folder is there, and nobody else's: anybody can make one of that name in a temporary folder. */
async function isOurs(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const found = await lstat(folder)
    return found.isDirectory() && (process.getuid === undefined || found.uid === process.getuid())
  } catch {
    return false
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(file)
    if (Date.now() - mtimeMs > STALE_MS) return true
    const pid = Number(await readFile(file, 'utf8'))
    return pid > 0 && !isRunning(pid)
  } catch (error) {
    return isCode(error, 'ENOENT')
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !isCode(error, 'ESRCH')
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
