import { readFile } from 'node:fs/promises'
import { MemberError } from './member-error.ts'

/** The text of a member configuration of the user's. @throws {MemberError} `INVALID_OPTION` */
export async function readUserConfig(configFile: string): Promise<string> {
  try {
    return await readFile(configFile, 'utf8')
  } catch (cause) {
    throw new MemberError('INVALID_OPTION', `The option configFile names ${configFile}, which cannot be read.`, {
      cause,
    })
  }
}
