import { mkdir, mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Hazelcast writes the port it really got to `ports/<this>` in its working folder, once it is started. */
export const PORT_FILE = 'port'
/** Everything we put into the folder; the watchdog removes the same. */
export const FOLDER_FILES = { config: 'hazelcast.yaml', ports: 'ports' }

/**
 * The private folder a member runs in: its configuration and its port file. Only what we know is in it is removed, so that the
 * crash report of a JVM stays for its reader, and the folder with it.
 */
export class MemberFolder {
  readonly path: string

  /** Over a folder that is there; see `create`. */
  constructor(path: string) {
    this.path = path
  }

  /** Makes the folder, with this configuration unless undefined. Readable by this user alone. */
  static async create(yaml: string | undefined): Promise<MemberFolder> {
    const folder = new MemberFolder(await mkdtemp(join(tmpdir(), 'hazelcast-member-')))
    // Hazelcast does not make it, and without it the port is never told.
    await mkdir(join(folder.path, FOLDER_FILES.ports))
    if (yaml !== undefined) await writeFile(folder.configPath, yaml, { mode: 0o600 })
    return folder
  }

  get configPath(): string {
    return join(this.path, FOLDER_FILES.config)
  }

  /** The port the member listens on; undefined until it is ready for clients. */
  async readPort(): Promise<number | undefined> {
    const text = await readFile(join(this.path, FOLDER_FILES.ports, PORT_FILE), 'utf8').catch(() => '')
    // The line's end says that it was written whole.
    return /^\d+\r?\n/.test(text) ? Number.parseInt(text, 10) : undefined
  }

  async remove(): Promise<void> {
    await rm(join(this.path, FOLDER_FILES.ports), { recursive: true, force: true })
    await rm(this.configPath, { force: true })
    await rmdir(this.path).catch(() => undefined)
  }
}
