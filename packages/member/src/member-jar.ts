import { stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { commandPath } from './command-path.ts'
import { progressWriter, type FetchProgressListener } from './fetch-progress.ts'
import { checksumMismatch } from './jar-checksum.ts'
import { fetchJar } from './maven-fetch.ts'
import { bulleted, MemberError, throwIfAborted } from './member-error.ts'

/** The version that is used when none is named: the newest whose fetch is also the quickest. */
export const DEFAULT_VERSION = '5.7.0'

export interface JarRequest {
  /** Path of a Hazelcast jar. Given, it is the only one tried, and its checksum is not looked at. */
  readonly jar?: string | undefined
  /** @default '5.7.0' */
  readonly version?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Hears how a fetch goes. @default a writer to standard error */
  readonly onProgress?: FetchProgressListener | undefined
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv
}

interface Place {
  readonly label: string
  readonly path: string
  readonly isChecked: boolean
}

/**
 * Finds the jar of a Hazelcast member, and fetches it with Maven when it is nowhere: option `jar`, HAZELCAST_JAR,
 * `$HAZELCAST_HOME/lib`, our cache, the local Maven repository, Maven.
 *
 * @returns its absolute path.
 * @throws {MemberError} `JAR_NOT_FOUND` with every place looked at, `JAR_DOWNLOAD_FAILED`, `JAR_CHECKSUM`, `ABORTED`.
 */
export async function locateJar(request: JarRequest = {}): Promise<string> {
  const { version = DEFAULT_VERSION, env = process.env, signal } = request
  throwIfAborted(signal)
  const named = namedJar(request.jar, env)
  if (named) return requireJar(named)
  const findings = ['option jar: not given', 'HAZELCAST_JAR: not set']
  if (!env['HAZELCAST_HOME']) findings.push('HAZELCAST_HOME: not set')
  const cacheFolder = cacheFolderOf(env)
  for (const place of placesToLook(version, cacheFolder, env)) {
    const problem = await problemWith(place, version)
    if (problem === undefined) return place.path
    findings.push(`${place.label}: ${place.path}: ${problem}`)
  }
  const means = await meansToFetch(env, cacheFolder)
  if (typeof means === 'string') throw notFound(version, [...findings, `Maven: ${means}`])
  const onProgress = request.onProgress ?? progressWriter(process.stderr)
  try {
    return await fetchJar({ ...means, version, signal, onProgress })
  } catch (error) {
    if (!(error instanceof MemberError) || error.code !== 'JAR_DOWNLOAD_FAILED') throw error
    throw new MemberError(error.code, `${error.message}\nLooked before at:${bulleted(findings)}\n${waysOut(version)}`, {
      cause: error.cause,
    })
  }
}

function namedJar(jar: string | undefined, env: NodeJS.ProcessEnv): Place | undefined {
  if (jar) return { label: 'the option jar', path: resolve(jar), isChecked: false }
  const fromEnvironment = env['HAZELCAST_JAR']
  if (!fromEnvironment) return undefined
  return { label: 'HAZELCAST_JAR', path: resolve(fromEnvironment), isChecked: false }
}

async function requireJar(named: Place): Promise<string> {
  const problem = await problemWith(named, '')
  if (problem === undefined) return named.path
  throw new MemberError(
    'JAR_NOT_FOUND',
    `${named.label} names ${named.path}: ${problem}. A jar that is named is never replaced by another one: correct the path, ` +
      'or leave it out to have the jar looked for and fetched.',
  )
}

function placesToLook(version: string, cacheFolder: string | undefined, env: NodeJS.ProcessEnv): Place[] {
  const name = `hazelcast-${version}.jar`
  const places: Place[] = []
  const installation = env['HAZELCAST_HOME']
  if (installation) places.push({ label: 'HAZELCAST_HOME', path: resolve(installation, 'lib', name), isChecked: false })
  if (cacheFolder) places.push({ label: 'our cache', path: join(cacheFolder, name), isChecked: true })
  const home = homeFolder(env)
  if (home) {
    const path = join(home, '.m2', 'repository', 'com', 'hazelcast', 'hazelcast', version, name)
    places.push({ label: 'local Maven repository', path, isChecked: true })
  }
  return places
}

async function problemWith({ path, isChecked }: Place, version: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (!found) return 'not there'
  if (!found.isFile()) return 'not a file'
  return isChecked ? checksumMismatch(path, version) : undefined
}

/** HAZELCAST_CACHE_DIR, else `hazelcast-session` in XDG_CACHE_HOME or in `~/.cache`; undefined when there is no home. */
function cacheFolderOf(env: NodeJS.ProcessEnv): string | undefined {
  const own = env['HAZELCAST_CACHE_DIR']
  if (own) return resolve(own)
  const shared = env['XDG_CACHE_HOME']
  // The XDG specification: a relative path is to be ignored.
  if (shared && isAbsolute(shared)) return join(shared, 'hazelcast-session')
  const home = homeFolder(env)
  return home && join(home, '.cache', 'hazelcast-session')
}

function homeFolder(env: NodeJS.ProcessEnv): string | undefined {
  const home = env['HOME'] || systemHome()
  return home && isAbsolute(home) ? home : undefined
}

/** From the user database; undefined for a user that is not in it, as in containers with an arbitrary user id. */
function systemHome(): string | undefined {
  try {
    return userInfo().homedir
  } catch {
    return undefined
  }
}

/** What a fetch needs, or why there is none. */
async function meansToFetch(
  env: NodeJS.ProcessEnv,
  cacheFolder: string | undefined,
): Promise<{ maven: string; cacheFolder: string } | string> {
  const isAllowed = env['HAZELCAST_DOWNLOAD']
  if (isAllowed !== undefined && /^(0|false|no|off)$/i.test(isAllowed))
    return `not asked, because of HAZELCAST_DOWNLOAD=${isAllowed}`
  const maven = await commandPath('mvn', env, env['MAVEN_HOME'] ? [join(env['MAVEN_HOME'], 'bin')] : [])
  if (maven === undefined) return 'no `mvn` in MAVEN_HOME or on the PATH'
  if (cacheFolder === undefined)
    return 'not asked: this user has no home folder to keep the jar in; set HAZELCAST_CACHE_DIR'
  return { maven, cacheFolder }
}

function notFound(version: string, findings: readonly string[]): MemberError {
  return new MemberError(
    'JAR_NOT_FOUND',
    `No jar of Hazelcast ${version} was found. Looked at:${bulleted(findings)}\n${waysOut(version)}`,
  )
}

function waysOut(version: string): string {
  return `Ways out:${bulleted([
    `set HAZELCAST_JAR (or the option \`jar\`) to a hazelcast-${version}.jar`,
    `install Maven (\`mvn\`), online or with a mirror in its settings.xml, and let HAZELCAST_DOWNLOAD not be 0`,
    'connect to a cluster that already runs instead of starting a member here',
  ])}`
}
