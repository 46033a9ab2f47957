import { join, resolve } from 'node:path'
import { commandPath } from './command-path.ts'
import { runCommand } from './command-run.ts'
import { bulleted, MemberError, throwIfAborted } from './member-error.ts'

/** The oldest Java that runs a Hazelcast 5.5 member or newer. */
const OLDEST_JAVA = 17
// `java -version` takes 0.1 s; a machine that needs this long for it is not going to run a member.
const VERSION_TIMEOUT_MS = 30_000

export interface JavaRequest {
  /** Path or name of a `java` command. Given, it is the only one tried. */
  readonly java?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv
}

export interface JavaRuntime {
  /** The command to spawn, an absolute path. */
  readonly command: string
  readonly majorVersion: number
}

interface Place {
  readonly label: string
  /** Undefined: there is none at this place. */
  readonly command: string | undefined
}

/**
 * Finds a Java 17 or newer: option `java`, else HAZELCAST_JAVA, else JAVA_HOME, else `java` on the PATH. The first two are
 * explicit, so when they do not work nothing else is tried; one that is too old in JAVA_HOME is passed over.
 *
 * @throws {MemberError} `JAVA_NOT_FOUND` with every place looked at and what was found there; `ABORTED`.
 */
export async function locateJava(request: JavaRequest = {}): Promise<JavaRuntime> {
  const findings: string[] = []
  for (const { label, command } of await placesToLook(request.java, request.env ?? process.env)) {
    const found = command === undefined ? 'no `java`' : await examine(command, request.signal)
    throwIfAborted(request.signal)
    if (typeof found !== 'string') return found
    findings.push(`${label}: ${command === undefined ? '' : `${command}: `}${found}`)
  }
  throw new MemberError(
    'JAVA_NOT_FOUND',
    `A Hazelcast 5 member needs Java ${OLDEST_JAVA} or newer, and none was found. Looked at:${bulleted(findings)}\n` +
      `Ways out:${bulleted([
        `install a Java ${OLDEST_JAVA}+ runtime (a JRE is enough) so that \`java\` is on the PATH`,
        'set JAVA_HOME to its folder, or HAZELCAST_JAVA (or the option `java`) to its `java` command',
        'connect to a cluster that already runs instead of starting a member here',
      ])}`,
  )
}

async function placesToLook(java: string | undefined, env: NodeJS.ProcessEnv): Promise<Place[]> {
  if (java) return [{ label: 'option java', command: await asCommand(java, env) }]
  const fromEnvironment = env['HAZELCAST_JAVA']
  if (fromEnvironment) return [{ label: 'HAZELCAST_JAVA', command: await asCommand(fromEnvironment, env) }]
  const home = env['JAVA_HOME']
  const onPath = { label: 'PATH', command: await commandPath('java', env) }
  return home ? [{ label: 'JAVA_HOME', command: join(resolve(home), 'bin', 'java') }, onPath] : [onPath]
}

/** A bare name is looked for on the PATH; a relative path must not depend on the folder the member will run in. */
async function asCommand(java: string, env: NodeJS.ProcessEnv): Promise<string> {
  return /[\\/]/.test(java) ? resolve(java) : ((await commandPath(java, env)) ?? java)
}

/** The runtime, or why it cannot be used. */
async function examine(command: string, signal: AbortSignal | undefined): Promise<JavaRuntime | string> {
  const { failure, output } = await runCommand(command, ['-version'], { timeoutMs: VERSION_TIMEOUT_MS, signal })
  if (failure) return failure.code === 'ENOENT' ? 'not found' : `does not run (${failure.message.trim()})`
  const majorVersion = parseJavaVersion(output)
  if (majorVersion === undefined) return `says no Java version (${JSON.stringify(output.slice(0, 80))})`
  return majorVersion < OLDEST_JAVA ? `is Java ${majorVersion}, too old` : { command, majorVersion }
}

/** The major version in what `java -version` prints: `"17.0.15"` is 17, `"1.8.0_402"` is 8. */
export function parseJavaVersion(output: string): number | undefined {
  const match = /version "(\d+)(?:\.(\d+))?/.exec(output)
  if (!match) return undefined
  const first = Number(match[1])
  return first === 1 ? Number(match[2]) : first
}
