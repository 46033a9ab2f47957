import { access, constants } from 'node:fs/promises'
import { delimiter, resolve } from 'node:path'

/** The absolute path of an executable in these folders or on the PATH, in that order; undefined when there is none. */
export async function commandPath(
  name: string,
  env: NodeJS.ProcessEnv,
  folders: readonly string[] = [],
): Promise<string | undefined> {
  const file = process.platform === 'win32' ? `${name}.exe` : name
  for (const folder of [...folders, ...(env['PATH'] ?? '').split(delimiter)]) {
    const command = resolve(folder, file)
    if (folder !== '' && (await isExecutable(command))) return command
  }
  return undefined
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}
