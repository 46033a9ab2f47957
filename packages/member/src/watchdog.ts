import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { FOLDER_FILES, PORT_FILE } from './member-folder.ts'

/** Written to the member's standard input once it has ended, so that the watchdog does not signal a number that is no longer its. */
const RELEASE = 'released\n'

/**
 * `sh -c <this> <name> <folder> <seconds> <command> <argument>...` becomes the command, and leaves behind a small shell that
 * ends it when this process is gone, however that went: the kernel closes a dead process's pipes, so the
 * shell's `read` on standard input comes back. No polling, no second Node process, and the pid is the command's own.
 *
 * - A background job of sh has no standard input, so it is kept as descriptor 3.
 * - The watching shell ignores the signals that may reach the whole group; its output goes nowhere, so that it holds none of our pipes.
 * - `$$` is the pid of the outer shell even in the inner one: the command's.
 * - A `read` that got a line was released; one that failed saw the end of the pipe.
 * - TERM lets the member hand its data over; after <seconds> it is killed. Then what we put into the folder is removed.
 */
const SCRIPT = `
folder=$1 seconds=$2
shift 2
exec 3<&0 </dev/null
(
  trap '' HUP INT TERM
  read -r line <&3 && exit
  kill -TERM $$
  while [ "$seconds" -gt 0 ] && kill -0 $$; do
    sleep 1
    seconds=$((seconds - 1))
  done
  kill -KILL $$
  rm -f "$folder/${FOLDER_FILES.ports}/${PORT_FILE}" "$folder/${FOLDER_FILES.config}"
  rmdir "$folder/${FOLDER_FILES.ports}" "$folder"
) >/dev/null 2>&1 &
exec 3<&-
exec "$@"
`

export interface WatchedCommand {
  readonly command: string
  readonly args: readonly string[]
  /** Working folder of the command, emptied of our files when the parent dies. */
  readonly folder: string
  /** From the parent's death, and the TERM it causes, to the KILL. */
  readonly killAfterSeconds: number
  readonly env: NodeJS.ProcessEnv
}

/**
 * Spawns a command that ends when this process does. It is in a process group of its own: a Ctrl-C reaches this process
 * alone, which may then drain and stop the command in its own order.
 */
export function spawnWatched(watched: WatchedCommand): ChildProcessWithoutNullStreams {
  const { command, args, folder, killAfterSeconds, env } = watched
  const options = { cwd: folder, env, stdio: 'pipe' } as const
  // Windows has no sh, but there libuv ties a child that is not detached to its parent.
  if (process.platform === 'win32') return spawn(command, args, options)
  const shellArgs = ['-c', SCRIPT, 'hazelcast-member', folder, String(killAfterSeconds), command, ...args]
  const child = spawn('/bin/sh', shellArgs, { ...options, detached: true })
  child.stdin.on('error', () => undefined)
  child.once('exit', () => child.stdin.end(RELEASE))
  return child
}
