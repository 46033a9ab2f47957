import { locateJava } from './java-runtime.ts'
import { jvmArguments } from './jvm-arguments.ts'
import { memberYaml, overrideProperties } from './member-config.ts'
import { MemberFolder } from './member-folder.ts'
import { locateJar } from './member-jar.ts'
import { MemberOutput } from './member-log.ts'
import type { StartMemberOptions } from './member-options.ts'
import { describeExit, MemberProcess, type MemberCommand, type MemberExit } from './member-process.ts'
import { resolveOptions, type MemberSettings } from './member-settings.ts'
import { readUserConfig } from './user-config.ts'

/** A member that is ready for clients. */
export interface Member extends AsyncDisposable {
  /** `host:port` where it listens. */
  readonly address: string
  readonly host: string
  readonly port: number
  readonly clusterName: string
  /** Of the JVM itself. */
  readonly pid: number
  /** Resolves when the process has ended, for whatever reason; never rejects. */
  readonly exited: Promise<MemberExit>
  /**
   * Stops the member: it hands its data to the other members for up to `gracefulSeconds`, and is killed 5 s after that. Close clients
   * first. Resolves when the process is gone; calling it again, or after the member ended by itself, is no error.
   */
  stop(): Promise<void>
}

/** What a member gets above its graceful time before it is killed. */
const KILL_MARGIN_SECONDS = 5

/**
 * Starts a Hazelcast member beside this process and resolves when it is ready for clients. By default it is alone, on
 * loopback, and keeps the map `session_replication` as sessions need it. It ends with this process, even when that is
 * killed, and does not keep this process alive.
 *
 * @throws {MemberError} see `MemberErrorCode`; nothing is left running then.
 */
export async function startMember(options: StartMemberOptions = {}): Promise<Member> {
  const settings = resolveOptions(options)
  const { signal } = options
  const java = await locateJava({ java: options.java, signal })
  const jar = await locateJar({ jar: options.jar, version: settings.version, signal, onProgress: options.onProgress })
  warnWhenReachable(settings)
  const userConfig = settings.configFile === undefined ? undefined : await readUserConfig(settings.configFile)
  const folder = await MemberFolder.create(userConfig === undefined ? memberYaml(settings) : undefined)
  const output = new MemberOutput(settings.log)
  const command: MemberCommand = {
    java: java.command,
    args: jvmArguments({
      settings,
      jar,
      configPath: settings.configFile ?? folder.configPath,
      overrides: userConfig === undefined ? {} : overrideProperties(settings, userConfig),
    }),
    env: memberEnvironment(process.env, settings.configFile !== undefined),
    killAfterSeconds: settings.gracefulSeconds + KILL_MARGIN_SECONDS,
  }
  const memberProcess = new MemberProcess(command, folder, output)
  const port = await readyOrKilled(memberProcess, settings, signal)
  const member = describeMember(memberProcess, { settings, output, port })
  settings.log.info(
    `Hazelcast member of cluster "${member.clusterName}" listens on ${member.address}, pid ${member.pid}.`,
  )
  void reportUnexpectedExit(memberProcess, settings, member)
  memberProcess.unref()
  return member
}

/**
 * The environment of this process without what is not the member's: HZ_SESSION_* is ours and holds secrets, and every other HZ_*
 * would override the configuration written here.
 */
function memberEnvironment(env: NodeJS.ProcessEnv, hasUserConfig: boolean): NodeJS.ProcessEnv {
  const foreign = hasUserConfig ? /^HZ_SESSION_/i : /^HZ_/i
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)))
}

async function readyOrKilled(
  memberProcess: MemberProcess,
  { startTimeoutMs }: MemberSettings,
  signal: AbortSignal | undefined,
): Promise<number> {
  try {
    return await memberProcess.ready(startTimeoutMs, signal)
  } catch (error) {
    await memberProcess.kill()
    throw error
  }
}

interface ReadyMember {
  readonly settings: MemberSettings
  readonly output: MemberOutput
  readonly port: number
}

function describeMember(memberProcess: MemberProcess, { settings, output, port }: ReadyMember): Member {
  const loggedHost = settings.configFile === undefined ? undefined : output.host
  const host = loggedHost ?? (settings.host === '0.0.0.0' ? '127.0.0.1' : settings.host)
  // What the member reports of itself is where others reach it; behind a public address that is not where it listens.
  const listeningPort = settings.publicAddress === undefined ? port : (settings.port ?? port)
  const stop = (): Promise<void> => memberProcess.stop()
  return {
    address: `${host}:${listeningPort}`,
    host,
    port: listeningPort,
    clusterName: settings.clusterName ?? output.clusterName ?? 'dev',
    pid: memberProcess.pid ?? 0,
    exited: memberProcess.exited,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function warnWhenReachable({ configFile, host, port, log }: MemberSettings): void {
  if (configFile !== undefined || host.startsWith('127.')) return
  log.warn(
    `The Hazelcast member will listen on ${host}:${port}. Hazelcast Community has no TLS and no authentication: who reaches that ` +
      'port can read and change every session. Use a private network, and encrypt the sessions.',
  )
}

async function reportUnexpectedExit(
  memberProcess: MemberProcess,
  { log }: MemberSettings,
  { address, pid }: Member,
): Promise<void> {
  const exit = await memberProcess.exited
  if (memberProcess.isStopping) return
  log.error(`The Hazelcast member ${address} (pid ${pid}) ${describeExit(exit)}, and nobody asked it to.`)
}
