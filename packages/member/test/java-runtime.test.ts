import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { locateJava, parseJavaVersion } from '../src/java-runtime.ts'
import { fakeCommand, fakeJava, temporaryFolder } from './fake-command.ts'

test.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['openjdk version "21" 2023-09-19', 21],
  ['java version "1.8.0_402"', 8],
  ['Picked up JAVA_TOOL_OPTIONS: -Xint\nopenjdk version "25-ea" 2025-09-16', 25],
  ['The operation could not be completed. Unable to locate a Java Runtime.', undefined],
])('reads the version out of %j', (output, version) => {
  expect(parseJavaVersion(output)).toBe(version)
})

test('takes the java on the PATH', async () => {
  const folder = await temporaryFolder(onTestFinished)
  const command = await fakeJava(folder, '21.0.1')
  await expect(locateJava({ env: { PATH: folder } })).resolves.toEqual({ command, majorVersion: 21 })
})

test('prefers JAVA_HOME, but passes over one that is too old', async () => {
  const folder = await temporaryFolder(onTestFinished)
  const onPath = await fakeJava(join(folder, 'path'), '17.0.15')
  const inHome = await fakeJava(join(folder, 'new', 'bin'), '25')
  await fakeJava(join(folder, 'old', 'bin'), '11.0.2')
  const PATH = join(folder, 'path')
  await expect(locateJava({ env: { PATH, JAVA_HOME: join(folder, 'new') } })).resolves.toMatchObject({
    command: inHome,
  })
  await expect(locateJava({ env: { PATH, JAVA_HOME: join(folder, 'old') } })).resolves.toMatchObject({
    command: onPath,
  })
})

test('names every place looked at, what was there, and the ways out', async () => {
  const folder = await temporaryFolder(onTestFinished)
  await fakeJava(join(folder, 'old', 'bin'), '11.0.2')
  const attempt = locateJava({ env: { PATH: join(folder, 'empty'), JAVA_HOME: join(folder, 'old') } })
  await expect(attempt).rejects.toMatchObject({ name: 'MemberError', code: 'JAVA_NOT_FOUND' })
  await expect(attempt).rejects.toThrow(/needs Java 17 or newer/)
  await expect(attempt).rejects.toThrow(new RegExp(`JAVA_HOME: ${folder}/old/bin/java: is Java 11, too old`))
  await expect(attempt).rejects.toThrow(/PATH: no `java`/)
  await expect(attempt).rejects.toThrow(/set JAVA_HOME .* or HAZELCAST_JAVA .*\n.*connect to a cluster/)
})

test('a java that is named is the only one tried', async () => {
  const folder = await temporaryFolder(onTestFinished)
  await fakeJava(folder, '17.0.15')
  const old = await fakeJava(join(folder, 'old'), '1.8.0_402')
  const broken = await fakeCommand(join(folder, 'broken'), 'java', 'echo no >&2; exit 3')
  const missing = join(folder, 'nowhere', 'java')
  await expect(locateJava({ java: old, env: { PATH: folder } })).rejects.toThrow(/option java: .*: is Java 8, too old/)
  await expect(locateJava({ java: missing, env: { PATH: folder } })).rejects.toThrow(/option java: .*: not found/)
  await expect(locateJava({ env: { PATH: folder, HAZELCAST_JAVA: broken } })).rejects.toThrow(
    /HAZELCAST_JAVA: .*: does not run/,
  )
})

test('stops looking when the signal fires', async () => {
  const folder = await temporaryFolder(onTestFinished)
  const slow = await fakeCommand(folder, 'java', 'exec sleep 60')
  const reason = new Error('enough')
  const controller = new AbortController()
  const attempt = locateJava({ java: slow, signal: controller.signal })
  controller.abort(reason)
  await expect(attempt).rejects.toMatchObject({ code: 'ABORTED', cause: reason })
})
