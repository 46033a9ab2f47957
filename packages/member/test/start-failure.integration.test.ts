import { createServer, type AddressInfo } from 'node:net'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { startMember } from '@hazelcast-session/member'
import { fakeCommand, temporaryFolder } from './fake-command.ts'
import { canStartMembers, memberFoldersIn, silent } from './real-member.ts'

const quiet = { log: silent, onProgress: () => undefined }

describe.skipIf(!canStartMembers)('a member that cannot start', () => {
  test('a jar that is none', async () => {
    const jar = join(await temporaryFolder(onTestFinished), 'bad.jar')
    await writeFile(jar, 'no jar at all')
    const attempt = startMember({ ...quiet, jar })
    await expect(attempt).rejects.toMatchObject({ name: 'MemberError', code: 'MEMBER_EXITED' })
    await expect(attempt).rejects.toThrow(/ended with exit code 1.*\n.*The jar is damaged.*HAZELCAST_JAR/)
  })

  test("a configuration the member refuses: Hazelcast's own words are passed on", async () => {
    const configFile = join(await temporaryFolder(onTestFinished), 'bad.yaml')
    await writeFile(configFile, 'hazelcast: { map: { sessions: { ttl: 9 } } }')
    const attempt = startMember({ ...quiet, configFile })
    await expect(attempt).rejects.toMatchObject({ code: 'MEMBER_EXITED' })
    await expect(attempt).rejects.toThrow(
      /The member refused its configuration[\s\S]*extraneous key \[ttl\] is not permitted/,
    )
  })

  test('a configuration file that is not there', async () => {
    const attempt = startMember({ ...quiet, configFile: '/nowhere/own.yaml' })
    await expect(attempt).rejects.toMatchObject({ code: 'INVALID_OPTION', cause: { code: 'ENOENT' } })
  })

  test('a busy port without auto-increment', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => new Promise((resolve) => server.close(() => resolve())))
    const { port } = server.address() as AddressInfo
    const attempt = startMember({ ...quiet, port, autoIncrement: false })
    await expect(attempt).rejects.toMatchObject({ code: 'MEMBER_EXITED' })
    await expect(attempt).rejects.toThrow(/The port is taken: choose another `port`/)
  })

  test('a JVM argument that does not exist', async () => {
    const attempt = startMember({ ...quiet, jvmArgs: ['-XX:+NoSuchFlag'] })
    await expect(attempt).rejects.toThrow(/The JVM refused an argument: see `jvmArgs`/)
  })

  test('a start that takes too long is ended, and leaves nothing', async () => {
    const folder = await temporaryFolder(onTestFinished)
    const pidFile = join(folder, 'pid')
    const java = await fakeCommand(
      folder,
      'java',
      `[ "$1" = -version ] && { echo 'openjdk version "17"' >&2; exit; }; echo $$ > ${pidFile}; echo 'still busy'; exec sleep 600`,
    )
    vi.stubEnv('TMPDIR', folder)
    onTestFinished(() => void vi.unstubAllEnvs())
    const attempt = startMember({ ...quiet, java, startTimeoutMs: 3000 })
    await expect(attempt).rejects.toMatchObject({ code: 'START_TIMEOUT' })
    await expect(attempt).rejects.toThrow(/not ready after 3000 ms.*no Hazelcast member[\s\S]*still busy/)
    const pid = Number(await readFile(pidFile, 'utf8'))
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    expect(await memberFoldersIn(folder)).toEqual([])
  })

  test('a start that is aborted, before it began and in its middle', async () => {
    await expect(startMember({ ...quiet, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
    const controller = new AbortController()
    const reason = new Error('the user went away')
    const debug = (line: string): void => {
      if (line.includes('is STARTING')) controller.abort(reason)
    }
    const attempt = startMember({ ...quiet, log: { ...silent, debug }, signal: controller.signal })
    await expect(attempt).rejects.toMatchObject({ code: 'ABORTED', cause: reason })
  })

  test('no Java, no jar', async () => {
    const HOME = await temporaryFolder(onTestFinished)
    onTestFinished(() => void vi.unstubAllEnvs())
    vi.stubEnv('HAZELCAST_JAR', join(HOME, 'missing.jar'))
    await expect(startMember(quiet)).rejects.toMatchObject({ code: 'JAR_NOT_FOUND' })
    vi.stubEnv('PATH', HOME)
    vi.stubEnv('JAVA_HOME', '')
    vi.stubEnv('HAZELCAST_JAVA', '')
    await expect(startMember(quiet)).rejects.toMatchObject({ code: 'JAVA_NOT_FOUND' })
  })
})
