import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { buildPackage } from './built-package.ts'
import { fakeCommand, temporaryFolder } from './fake-command.ts'
import { canStartMembers } from './real-member.ts'

const here = import.meta.dirname
/** Everything here is over in a second; the limit is for a machine that does much else. */
const eventually = { timeout: 30_000, interval: 50 }

interface Parent {
  readonly process: ChildProcess
  readonly memberPid: number
  /** The folder it uses for temporary files, and nobody else does. */
  readonly temporary: string
}

/** A Node process of its own, with a member that is ready. */
async function startParent(way: string, env: NodeJS.ProcessEnv = {}): Promise<Parent> {
  const temporary = await temporaryFolder(onTestFinished)
  const child = spawn(process.execPath, [join(here, 'parent.mjs'), way, '5781'], {
    env: { ...process.env, TMPDIR: temporary, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
    // A group of its own, so that a test can signal it as a terminal does.
    detached: true,
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const { pid } = JSON.parse(line) as { pid: number }
  return { process: child, memberPid: pid, temporary }
}

/** A command that says it is Java, and that a member is ready, and does as it is told then. */
async function standIn(conduct: string): Promise<string> {
  const script = `[ "$1" = -version ] && { echo 'openjdk version "17"' >&2; exit; }
echo 5781 > ports/port
${conduct}`
  return fakeCommand(await temporaryFolder(onTestFinished), 'java', script)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** What is still there of the member when it should have ended: its pid, its files. */
async function remains({ memberPid, temporary }: Parent): Promise<unknown[]> {
  const look = async (): Promise<unknown[]> => [
    ...(isAlive(memberPid) ? [memberPid] : []),
    ...(await readdir(temporary)),
  ]
  await vi.waitUntil(async () => (await look()).length === 0, eventually).catch(() => undefined)
  return look()
}

describe.skipIf(!canStartMembers)('a member does not outlive its parent', () => {
  beforeAll(buildPackage)

  async function expectToEndWithKilled(env: NodeJS.ProcessEnv = {}): Promise<void> {
    const parent = await startParent('stay', env)
    expect(isAlive(parent.memberPid)).toBe(true)
    parent.process.kill('SIGKILL')
    await expect(remains(parent)).resolves.toEqual([])
  }

  test.each([1, 2, 3, 4])('killed with SIGKILL, %i of 4', async () => expectToEndWithKilled())

  // What ends a member does not know what it ends, and a JVM takes seconds to start.
  test('killed with SIGKILL, twenty times more, with something else in the place of the JVM', async () => {
    const HAZELCAST_JAVA = await standIn('exec /bin/sleep 600')
    for (let round = 0; round < 20; round++) await expectToEndWithKilled({ HAZELCAST_JAVA })
  })

  test.each(['natural-end', 'uncaught-throw', 'process-exit', 'stop'])('%s', async (way) => {
    const parent = await startParent(way)
    await expect(remains(parent)).resolves.toEqual([])
    await vi.waitFor(() => expect(parent.process.exitCode).not.toBeNull(), eventually)
    expect(parent.process.exitCode).toBe(way === 'uncaught-throw' ? 1 : 0)
  })

  test('SIGTERM', async () => {
    const parent = await startParent('stay')
    parent.process.kill('SIGTERM')
    await expect(remains(parent)).resolves.toEqual([])
  })

  test('a Ctrl-C, which reaches the whole group: the member is not in it, and ends after its parent', async () => {
    const parent = await startParent('stay')
    const ended = once(parent.process, 'exit')
    process.kill(-parent.process.pid!, 'SIGINT')
    await expect(ended).resolves.toEqual([null, 'SIGINT'])
    await expect(remains(parent)).resolves.toEqual([])
  })

  test('a member that does not answer to SIGTERM is killed', async () => {
    const HAZELCAST_JAVA = await standIn("trap '' TERM; while :; do /bin/sleep 1; done")
    const parent = await startParent('stay', { HAZELCAST_JAVA, MEMBER_GRACEFUL_SECONDS: '0' })
    parent.process.kill('SIGKILL')
    await expect(remains(parent)).resolves.toEqual([])
  })
})
