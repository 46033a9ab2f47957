import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { FetchProgress } from '../src/fetch-progress.ts'
import { locateJar } from '../src/member-jar.ts'
import { fakeCommand, fakeMaven, temporaryFolder } from './fake-command.ts'

/** A version that was never published, so that no checksum of it is known. */
const VERSION = '0.0.1'
const JAR = `hazelcast-${VERSION}.jar`

async function place(...path: string[]): Promise<string> {
  const file = join(...path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, 'a jar')
  return file
}

test('looks in HAZELCAST_HOME, then in the cache, then in the local Maven repository', async () => {
  const HOME = await temporaryFolder(onTestFinished)
  const env = { HOME, HAZELCAST_HOME: join(HOME, 'hazelcast'), HAZELCAST_DOWNLOAD: '0' }
  const inMaven = await place(HOME, '.m2', 'repository', 'com', 'hazelcast', 'hazelcast', VERSION, JAR)
  await expect(locateJar({ version: VERSION, env })).resolves.toBe(inMaven)
  const inCache = await place(HOME, '.cache', 'hazelcast-session', JAR)
  await expect(locateJar({ version: VERSION, env })).resolves.toBe(inCache)
  const inHome = await place(HOME, 'hazelcast', 'lib', JAR)
  await expect(locateJar({ version: VERSION, env })).resolves.toBe(inHome)
})

test('the cache is HAZELCAST_CACHE_DIR, else under XDG_CACHE_HOME', async () => {
  const HOME = await temporaryFolder(onTestFinished)
  const env = { HOME, XDG_CACHE_HOME: join(HOME, 'xdg'), HAZELCAST_DOWNLOAD: '0' }
  const inXdg = await place(HOME, 'xdg', 'hazelcast-session', JAR)
  await expect(locateJar({ version: VERSION, env })).resolves.toBe(inXdg)
  const own = await place(HOME, 'own', JAR)
  await expect(locateJar({ version: VERSION, env: { ...env, HAZELCAST_CACHE_DIR: dirname(own) } })).resolves.toBe(own)
})

test('a jar that is named is taken, or it is an error', async () => {
  const HOME = await temporaryFolder(onTestFinished)
  const named = await place(HOME, 'my.jar')
  await place(HOME, '.cache', 'hazelcast-session', JAR)
  const env = { HOME, HAZELCAST_JAR: join(HOME, 'missing.jar') }
  await expect(locateJar({ jar: named, version: VERSION, env })).resolves.toBe(named)
  const attempt = locateJar({ version: VERSION, env })
  await expect(attempt).rejects.toMatchObject({ code: 'JAR_NOT_FOUND' })
  await expect(attempt).rejects.toThrow(/HAZELCAST_JAR names .*missing\.jar: not there.*never replaced/)
  await expect(locateJar({ jar: HOME, env })).rejects.toThrow(/the option jar names .*: not a file/)
})

test('names every place looked at, and the ways out', async () => {
  const HOME = await temporaryFolder(onTestFinished)
  const attempt = locateJar({ version: VERSION, env: { HOME, HAZELCAST_DOWNLOAD: '0', PATH: '' } })
  await expect(attempt).rejects.toMatchObject({ code: 'JAR_NOT_FOUND' })
  await expect(attempt).rejects.toThrow(
    /option jar: not given\n.*HAZELCAST_JAR: not set\n.*HAZELCAST_HOME: not set\n.*our cache: .*not there\n.*Maven repository: .*not there\n.*HAZELCAST_DOWNLOAD=0\nWays out:/,
  )
})

test('says that there is no Maven', async () => {
  const HOME = await temporaryFolder(onTestFinished)
  const attempt = locateJar({ version: VERSION, env: { HOME, PATH: HOME } })
  await expect(attempt).rejects.toMatchObject({ code: 'JAR_NOT_FOUND' })
  await expect(attempt).rejects.toThrow(/Maven: no `mvn` in MAVEN_HOME or on the PATH/)
})

test('passes over a damaged jar of a known version, and says so', async () => {
  const HOME = await temporaryFolder(onTestFinished)
  await place(HOME, '.cache', 'hazelcast-session', 'hazelcast-5.7.0.jar')
  const attempt = locateJar({ env: { HOME, HAZELCAST_DOWNLOAD: 'false' } })
  await expect(attempt).rejects.toThrow(/our cache: .*hazelcast-5\.7\.0\.jar: sha256 is \w{64}, expected 241ec66c/)
})

test('fetches into a cache that does not exist yet, leaving nothing else there, and says how it goes', async () => {
  const HOME = await temporaryFolder(onTestFinished)
  await fakeMaven(join(HOME, 'maven', 'bin'), 'fetched')
  const heard: FetchProgress[] = []
  const env = { HOME, MAVEN_HOME: join(HOME, 'maven') }
  const jar = await locateJar({ version: VERSION, env, onProgress: (progress) => heard.push(progress) })
  expect(jar).toBe(join(HOME, '.cache', 'hazelcast-session', JAR))
  await expect(readFile(jar, 'utf8')).resolves.toBe('fetched')
  await expect(readdir(dirname(jar))).resolves.toEqual([JAR])
  expect(heard.map(({ state }) => state).filter((state) => state !== 'fetching')).toEqual(['started', 'finished'])
  expect(heard.at(-1)).toMatchObject({ version: VERSION, receivedBytes: 7, totalBytes: undefined })
})

test('refuses a fetched jar that is not the published one, and keeps nothing of it', async () => {
  const HOME = await temporaryFolder(onTestFinished)
  await fakeMaven(HOME, 'something else')
  const heard: string[] = []
  const attempt = locateJar({ env: { HOME, PATH: HOME }, onProgress: ({ state }) => heard.push(state) })
  await expect(attempt).rejects.toMatchObject({ code: 'JAR_CHECKSUM' })
  await expect(attempt).rejects.toThrow(/sha256 is \w{64}, expected 241ec66c.*a mirror, a proxy/)
  await expect(readdir(join(HOME, '.cache', 'hazelcast-session'))).resolves.toEqual([])
  expect(heard.at(-1)).toBe('failed')
})

test('passes on what Maven said', async () => {
  const HOME = await temporaryFolder(onTestFinished)
  const said = String.raw`printf '[\033[1;31mERROR\033[m] Some problems were encountered\n[\033[1;31mERROR\033[m] Cannot access central in offline mode\n'; exit 1`
  await fakeCommand(HOME, 'mvn', said)
  const attempt = locateJar({ version: VERSION, env: { HOME, PATH: HOME }, onProgress: () => undefined })
  await expect(attempt).rejects.toMatchObject({ code: 'JAR_DOWNLOAD_FAILED' })
  await expect(attempt).rejects.toThrow(
    /It said:\n {2}- \[ERROR\] Cannot access central in offline mode\n.*Looked before at/,
  )
})

test('says when the cache cannot be written', async () => {
  const HOME = await temporaryFolder(onTestFinished)
  await fakeMaven(HOME, 'fetched')
  await writeFile(join(HOME, '.cache'), 'a file where the folder should be')
  const attempt = locateJar({ version: VERSION, env: { HOME, PATH: HOME }, onProgress: () => undefined })
  await expect(attempt).rejects.toMatchObject({ code: 'JAR_DOWNLOAD_FAILED' })
  await expect(attempt).rejects.toThrow(/cannot be kept in .*Set HAZELCAST_CACHE_DIR/)
})

test('removes what a killed fetch left behind long ago, and nothing that may be at work', async () => {
  const HOME = await temporaryFolder(onTestFinished)
  await fakeMaven(HOME, 'fetched')
  const cache = join(HOME, '.cache', 'hazelcast-session')
  await mkdir(join(cache, 'fetch-old', 'repository'), { recursive: true })
  await mkdir(join(cache, 'fetch-new'))
  const yesterday = new Date(Date.now() - 86_400_000)
  await utimes(join(cache, 'fetch-old'), yesterday, yesterday)
  await locateJar({ version: VERSION, env: { HOME, PATH: HOME }, onProgress: () => undefined })
  expect((await readdir(cache)).toSorted()).toEqual(['fetch-new', JAR])
})

test('an abort ends Maven', async () => {
  const HOME = await temporaryFolder(onTestFinished)
  await fakeCommand(HOME, 'mvn', 'exec /bin/sleep 60')
  const controller = new AbortController()
  const onProgress = ({ state }: FetchProgress): void => {
    if (state === 'fetching') controller.abort()
  }
  const attempt = locateJar({ version: VERSION, env: { HOME, PATH: HOME }, signal: controller.signal, onProgress })
  await expect(attempt).rejects.toMatchObject({ code: 'ABORTED' })
  await expect(readdir(join(HOME, '.cache', 'hazelcast-session'))).resolves.toEqual([])
})

test('several fetches at the same time leave one whole jar', async () => {
  const HOME = await temporaryFolder(onTestFinished)
  await fakeMaven(HOME, 'fetched')
  const request = { version: VERSION, env: { HOME, PATH: HOME }, onProgress: () => undefined }
  const jars = await Promise.all([locateJar(request), locateJar(request), locateJar(request)])
  expect(new Set(jars).size).toBe(1)
  await expect(readFile(jars[0], 'utf8')).resolves.toBe('fetched')
  await expect(readdir(dirname(jars[0]))).resolves.toEqual([JAR])
})
