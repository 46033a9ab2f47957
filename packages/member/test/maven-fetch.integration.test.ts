import { execFile } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { locateJar, locateJava, type JarRequest } from '@hazelcast-session/member'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { commandPath } from '../src/command-path.ts'
import { buildPackage } from './built-package.ts'
import { temporaryFolder } from './fake-command.ts'

const run = promisify(execFile)
const NAME = 'hazelcast-5.7.0.jar'
const here = import.meta.dirname

/** True where there is a real Maven; in CI there has to be. HAZELCAST_DOWNLOAD=0 is for a machine without a network. */
async function canFetch(): Promise<boolean> {
  if (process.env['HAZELCAST_DOWNLOAD'] === '0') return false
  const obstacle = await obstacleToMaven()
  if (obstacle === undefined) return true
  if (process.env['CI'] === 'true') throw new Error(obstacle)
  process.stderr.write(`Tests that fetch with a real Maven are skipped: ${obstacle}\n`)
  return false
}

async function obstacleToMaven(): Promise<string | undefined> {
  if ((await commandPath('mvn', process.env)) === undefined) return 'there is no mvn on the PATH'
  return locateJava().then(
    () => undefined,
    (error: Error) => error.message,
  )
}

function request(HOME: string, more: JarRequest = {}): JarRequest {
  return { env: { HOME, PATH: process.env['PATH'] }, onProgress: () => undefined, ...more }
}

describe.skipIf(!(await canFetch()))('with a real Maven', () => {
  beforeAll(buildPackage)

  test('two processes with an empty home fetch at the same time, beside a broken pom.xml', async () => {
    const HOME = await temporaryFolder(onTestFinished)
    const work = join(HOME, 'work')
    await mkdir(work)
    await writeFile(join(work, 'pom.xml'), 'this is no XML')
    const env = { PATH: process.env['PATH'], HOME }
    const fetch = () => run(process.execPath, [join(here, 'fetch.mjs')], { cwd: work, env })
    const [first, second] = await Promise.all([fetch(), fetch()])
    const cache = join(HOME, '.cache', 'hazelcast-session')
    expect([first.stdout, second.stdout]).toEqual([join(cache, NAME), join(cache, NAME)])
    expect(first.stderr).toMatch(
      /^Fetching Hazelcast 5\.7\.0 with Maven.*\nFetched Hazelcast 5\.7\.0: 21\.4 MB in [\d.]+ s\n$/,
    )
    await expect(readdir(cache)).resolves.toEqual([NAME])
    // Found there from now on, without Maven, checked.
    await expect(locateJar({ env: { HOME, PATH: '' } })).resolves.toBe(join(cache, NAME))
  })

  test('a Maven that is told to stay offline', async () => {
    const HOME = await temporaryFolder(onTestFinished)
    await mkdir(join(HOME, '.m2'))
    await writeFile(join(HOME, '.m2', 'settings.xml'), '<settings><offline>true</offline></settings>')
    // Java takes the home folder from the user database, not from HOME.
    vi.stubEnv('MAVEN_OPTS', `-Duser.home=${HOME}`)
    onTestFinished(() => void vi.unstubAllEnvs())
    const attempt = locateJar(request(HOME))
    await expect(attempt).rejects.toMatchObject({ code: 'JAR_DOWNLOAD_FAILED' })
    await expect(attempt).rejects.toThrow(/Cannot access .* in offline mode[\s\S]*Looked before at[\s\S]*Ways out/)
  })

  test('a version that does not exist: what Maven says is passed on', async () => {
    const HOME = await temporaryFolder(onTestFinished)
    const attempt = locateJar(request(HOME, { version: '5.0.99' }))
    await expect(attempt).rejects.toMatchObject({ code: 'JAR_DOWNLOAD_FAILED' })
    await expect(attempt).rejects.toThrow(/Could not find artifact com\.hazelcast:hazelcast/)
  })
})
