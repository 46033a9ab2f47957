import { cp, mkdtemp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Mutant } from './mutant.ts'

const CORE = join(import.meta.dirname, '../..')
const ROOT = join(CORE, '../..')

/** A copy of the sources and of this search, with `mutant` planted. Returns the folder of the copied search. */
export async function mutatedCopy(mutant: Mutant): Promise<{ readonly search: string; remove(): Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'mutant-'))
  const core = join(root, 'packages/core')
  await mkdir(core, { recursive: true })
  await cp(join(CORE, 'src'), join(core, 'src'), { recursive: true })
  await cp(join(CORE, 'test/search'), join(core, 'test/search'), { recursive: true })
  await cp(join(CORE, 'package.json'), join(core, 'package.json'))
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  if (existsSync(join(CORE, 'node_modules'))) await symlink(join(CORE, 'node_modules'), join(core, 'node_modules'))
  await plant(mutant, join(core, 'src', mutant.file))
  return { search: join(core, 'test/search/search.ts'), remove: () => rm(root, { recursive: true }) }
}

async function plant({ name, also, ...first }: Mutant, file: string): Promise<void> {
  let text = await readFile(file, 'utf8')
  for (const { original, planted } of also ? [first, also] : [first]) {
    const [before, after, ...others] = text.split(original)
    if (before === undefined || after === undefined || others.length > 0) {
      throw new Error(
        `"${name}" cannot be planted: \`${original}\` is not in its file exactly once. Update the mutant.`,
      )
    }
    text = before + planted + after
  }
  await writeFile(file, text)
}
