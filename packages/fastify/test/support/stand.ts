import { Browser } from './browser.ts'
import { ObservedRecordStore } from '@hazelcast-session/conformance'
import { startPlugin } from './plugin-worker.ts'
import type { PluginWorker, PluginWorkerSettings } from './plugin-worker.ts'
import { attributesOf } from './store-worker.ts'

export interface Stand {
  readonly worker: PluginWorker
  readonly recordStore: ObservedRecordStore
  readonly browser: Browser
  /** What is stored of the browser's session. */
  readonly stored: () => Promise<unknown>
}

/** A worker whose store takes a while, and a browser with a session there. */
export async function stand(settings: PluginWorkerSettings = {}): Promise<Stand> {
  const recordStore = new ObservedRecordStore()
  const worker = await startPlugin({ recordStore, ...settings })
  const browser = new Browser()
  await browser.get(worker.route(async ({ session }) => void (session.count = 0)))
  recordStore.delay = 10
  const stored = async (): Promise<unknown> => (await browser.get(worker.route(attributesOf))).json
  return { worker, recordStore, browser, stored }
}
