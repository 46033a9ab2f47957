import type { StoreWatcher, WriteListener } from '../../src/records/record-store.ts'
import { ScriptedStore } from '../records/scripted-store.ts'

/** A scripted store that tells of writes, and that goes away and comes back as the test says. */
export class ListeningStore extends ScriptedStore {
  readonly #watchers: StoreWatcher[] = []
  /** Whether events get lost on their way. */
  losesEvents = false
  clusterId = 'first'

  listen(name: string, listener: WriteListener): void {
    this.memory.listen(name, this.#losing(listener))
  }

  listenToEnds(listener: WriteListener): void {
    this.memory.listenToEnds(this.#losing(listener))
  }

  watch(watcher: StoreWatcher): void {
    this.#watchers.push(watcher)
    watcher.available()
  }

  away(): void {
    this.always('offline')
    for (const watcher of this.#watchers) watcher.unavailable('the test said so')
  }

  /** Every member has died, and new ones are there: another cluster, which knows nothing. */
  async replaced(): Promise<void> {
    for await (const page of this.memory.find()) for (const { key } of page) await this.memory.remove(key)
    this.clusterId = 'second'
    this.back()
  }

  back(): void {
    this.always('works')
    for (const watcher of this.#watchers) watcher.available()
  }

  #losing(listener: WriteListener): WriteListener {
    return {
      changed: (key) => {
        if (!this.losesEvents) listener.changed(key)
      },
      missed: () => listener.missed(),
    }
  }
}
