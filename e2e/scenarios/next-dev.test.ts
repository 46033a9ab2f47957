import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { nextDev } from '../harness/next-app.ts'
import { NextBrowser } from '../harness/next-browser.ts'
import { probe } from '../harness/next-cast.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { Stage } from '../harness/stage.ts'
import { waitFor } from '../harness/wait-for.ts'
import type { Worker } from '../harness/worker.ts'

/** Ms that pages may take to be compiled, each when it is first asked for, on a busy machine. */
const COMPILE_LIMIT = 240_000

describe.skipIf(!canStartMembers)('the development server of Next.js', () => {
  const stage = new Stage()
  const browser = new NextBrowser()
  let folder: string
  let worker: Worker

  beforeAll(async () => {
    const cluster = await stage.cluster({ size: 1 })
    const { program, ...copy } = await nextDev()
    folder = copy.folder
    worker = await stage.worker(cluster, program)
    const set = (): Promise<boolean> => browser.run(worker, 'set').then(({ status }) => status === 200)
    await waitFor('sessions are served', set, COMPILE_LIMIT)
    for (const path of ['/', '/legacy', '/api/legacy']) await browser.fetch(worker, path)
  }, 2 * COMPILE_LIMIT)

  /** Edits the module that all others have their sessions from. Resolves when it has been loaded anew. */
  async function edit(change: (source: string) => string): Promise<void> {
    const { moduleCopies } = await probe(worker)
    const file = join(folder, 'lib/sessions.js')
    await writeFile(file, change(await readFile(file, 'utf8')))
    const isLoaded = async (): Promise<boolean> => (await probe(worker)).moduleCopies > moduleCopies
    await waitFor('the edited module is loaded', isLoaded, COMPILE_LIMIT)
    for (const path of ['/', '/legacy', '/api/legacy']) await browser.fetch(worker, path)
  }

  test('has one client, also after an edit', async () => {
    const before = await probe(worker)
    expect(before).toMatchObject({ connections: 1 })
    await edit((source) => `${source}\nexport const edited = true\n`)
    expect(await probe(worker)).toMatchObject({ pid: before.pid, connections: 1 })
    expect(await browser.attributes(worker)).toEqual({ name: expect.any(Number) })
  })

  test('has one client, with the new options, after these were edited', async () => {
    await edit((source) => source.replace("cookie: { name: 'shop.sid' }", "cookie: { name: 'shop.sid', maxAge: 900 }"))
    const set = await browser.run(worker, 'login')
    expect(set.headers.getSetCookie()[0]).toContain('Max-Age=900')
    expect(await browser.attributes(worker)).toEqual({ name: expect.any(Number) })
    await waitFor('the client of before is closed', async () => (await probe(worker)).connections === 1)
  })
})
