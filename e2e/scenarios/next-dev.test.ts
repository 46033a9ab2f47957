import { beforeAll, describe, expect, test } from 'vitest'
import type { Cluster } from '../harness/cluster.ts'
import { nextDev } from '../harness/next-app.ts'
import type { DevelopedApp } from '../harness/next-app.ts'
import { NextBrowser, shown } from '../harness/next-browser.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { Stage } from '../harness/stage.ts'
import { waitFor } from '../harness/wait-for.ts'
import type { Worker } from '../harness/worker.ts'

/** Ms for what is compiled on a busy machine. */
const COMPILE_LIMIT = 300_000

describe.skipIf(!canStartMembers)('an application of Next.js that somebody develops', () => {
  const stage = new Stage()
  let app: DevelopedApp
  let cluster: Cluster
  let worker: Worker
  beforeAll(async () => {
    cluster = await stage.cluster({ size: 1 })
    app = await nextDev()
    worker = await stage.worker(cluster, app)
  }, COMPILE_LIMIT)

  async function probe(browser: NextBrowser): Promise<Record<string, number>> {
    return JSON.parse((await browser.fetch(worker, '/probe')).text) as Record<string, number>
  }

  test('keeps its session and its one client when it is edited', { timeout: COMPILE_LIMIT }, async () => {
    const browser = new NextBrowser()
    expect(await browser.run(worker, 'increment')).toMatchObject({ status: 200, cookies: ['shop.sid'] })
    expect(shown(await browser.fetch(worker, '/after'), 'session')).toEqual({ count: 1 })
    const before = await probe(browser)
    expect(before).toMatchObject({ connections: 1 })

    await app.edit('lib/sessions.js', (text) => `${text}\nexport const edited = true\n`)
    const after = await waitFor('the module is loaded again', async () => {
      await browser.run(worker, 'increment')
      const now = await probe(browser)
      return now['moduleCopies']! > before['moduleCopies']! && now
    })
    expect(after).toMatchObject({ connections: 1, pid: before['pid'] })
    expect(await browser.attributes(worker)).toEqual({ count: expect.any(Number) })
  })
})
