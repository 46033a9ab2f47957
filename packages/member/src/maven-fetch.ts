import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from './command-run.ts'
import type { FetchProgressListener } from './fetch-progress.ts'
import { checksumMismatch, publishedBytes } from './jar-checksum.ts'
import { bulleted, MemberError, throwIfAborted } from './member-error.ts'

// Version 5.6.0 takes up to a minute (its pom names some 200 others); this is for a network that swallows packets.
const FETCH_TIMEOUT_MS = 10 * 60_000
const PROGRESS_PERIOD_MS = 500
/** A fetch folder older than this belongs to a process that was killed. */
const ABANDONED_AFTER_MS = 2 * FETCH_TIMEOUT_MS
const FOLDER_PREFIX = 'fetch-'

export interface FetchRequest {
  readonly version: string
  /** Where the jar goes, as `hazelcast-<version>.jar`. Made when it is not there. */
  readonly cacheFolder: string
  /** The Maven command. */
  readonly maven: string
  readonly signal: AbortSignal | undefined
  readonly onProgress: FetchProgressListener
}

/**
 * Fetches a member jar with the user's Maven, so with their settings, mirrors and proxies, and returns its path in the cache.
 * It works in a folder of its own, local repository included, and moves the checked jar into place in one step: several processes may
 * fetch at the same time, and nobody ever sees half a jar.
 *
 * @throws {MemberError} `JAR_DOWNLOAD_FAILED`, `JAR_CHECKSUM`, `ABORTED`.
 */
export async function fetchJar(request: FetchRequest): Promise<string> {
  const folder = await makeFetchFolder(request.cacheFolder)
  const report = reporter(request, folder)
  try {
    await report('started')
    const jar = await runMaven(request, folder, report)
    const mismatch = await checksumMismatch(jar, request.version)
    if (mismatch) throw wrongChecksum(request.version, mismatch)
    const target = join(request.cacheFolder, `hazelcast-${request.version}.jar`)
    await rename(jar, target)
    await report('finished', publishedBytes(request.version) ?? (await stat(target)).size)
    return target
  } catch (error) {
    await report('failed')
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Report = (state: 'started' | 'fetching' | 'finished' | 'failed', knownBytes?: number) => Promise<void>

function reporter({ version, onProgress }: FetchRequest, folder: string): Report {
  const startedAt = performance.now()
  let isOver = false
  return async (state, knownBytes) => {
    const receivedBytes = knownBytes ?? (await folderBytes(folder))
    // A report that was still counting when the last one went out would come after it.
    if (isOver) return
    isOver = state === 'finished' || state === 'failed'
    const elapsedMs = performance.now() - startedAt
    onProgress({ state, version, receivedBytes, totalBytes: publishedBytes(version), elapsedMs })
  }
}

async function makeFetchFolder(cacheFolder: string): Promise<string> {
  try {
    await mkdir(cacheFolder, { recursive: true })
    await removeAbandoned(cacheFolder)
    return await mkdtemp(join(cacheFolder, FOLDER_PREFIX))
  } catch (cause) {
    throw new MemberError(
      'JAR_DOWNLOAD_FAILED',
      `The jar cannot be kept in ${cacheFolder}: ${cause instanceof Error ? cause.message : String(cause)}. ` +
        'Set HAZELCAST_CACHE_DIR to a folder that can be written, or HAZELCAST_JAR to a jar that is already there.',
      { cause },
    )
  }
}

async function removeAbandoned(cacheFolder: string): Promise<void> {
  for (const name of await readdir(cacheFolder)) {
    if (!name.startsWith(FOLDER_PREFIX)) continue
    const folder = join(cacheFolder, name)
    const modifiedAt = await stat(folder).then((found) => found.mtimeMs, Date.now)
    if (Date.now() - modifiedAt > ABANDONED_AFTER_MS) await rm(folder, { recursive: true, force: true })
  }
}

/**
 * A build without a single plugin whose only need is the jar, as a build extension: Maven fetches that itself, where any
 * plugin that copies artifacts would first have to be fetched, with some sixty jars of its own. Always `-f`: Maven reads the pom.xml of the
 * current folder otherwise, and fails when that one is broken.
 */
async function runMaven(request: FetchRequest, folder: string, report: Report): Promise<string> {
  const { version, maven, signal } = request
  const pom = join(folder, 'pom.xml')
  const repository = join(folder, 'repository')
  await writeFile(pom, pomOf(version))
  const timer = setInterval(() => void report('fetching'), PROGRESS_PERIOD_MS)
  const args = [
    '--batch-mode',
    '--quiet',
    '--no-transfer-progress',
    '-f',
    pom,
    `-Dmaven.repo.local=${repository}`,
    'validate',
  ]
  const { failure, output } = await runCommand(maven, args, { timeoutMs: FETCH_TIMEOUT_MS, cwd: folder, signal })
  clearInterval(timer)
  throwIfAborted(signal)
  if (failure) throw downloadFailed(version, failure, output)
  const jar = join(repository, 'com', 'hazelcast', 'hazelcast', version, `hazelcast-${version}.jar`)
  const found = await stat(jar).catch(() => undefined)
  if (!found) throw downloadFailed(version, new Error(`Maven succeeded but left no file at ${jar}`), output)
  return jar
}

function pomOf(version: string): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>fetch</artifactId><version>1</version><packaging>pom</packaging>
  <build><extensions><extension>
    <groupId>com.hazelcast</groupId><artifactId>hazelcast</artifactId><version>${version}</version>
  </extension></extensions></build>
</project>
`
}

function downloadFailed(version: string, cause: Error, output: string): MemberError {
  const said = reasonLines(output)
  return new MemberError(
    'JAR_DOWNLOAD_FAILED',
    `Maven did not bring the jar of Hazelcast ${version}. ${said.length > 0 ? `It said:${bulleted(said)}` : cause.message}`,
    { cause },
  )
}

/** The lines of Maven's output that name a reason: its first error line usually only says that there are errors. */
function reasonLines(output: string): string[] {
  const lines = output.split('\n').map((line) => line.trim())
  const telling = lines.filter((line) => /could not|cannot access|offline mode|JAVA_HOME|unknown host/i.test(line))
  const chosen = telling.length > 0 ? telling : lines.filter((line) => line !== '')
  return [...new Set(chosen)].slice(0, 3)
}

function wrongChecksum(version: string, mismatch: string): MemberError {
  return new MemberError(
    'JAR_CHECKSUM',
    `The jar that Maven brought for Hazelcast ${version} is not the published one: its ${mismatch}. It was thrown away. ` +
      'Something between here and Maven Central (a mirror, a proxy, a settings.xml) serves another file. If you want that one, ' +
      'fetch it yourself and name it with HAZELCAST_JAR or the option `jar`: those are not checked.',
  )
}

async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        (found) => found.size,
        () => 0,
      ),
    )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
