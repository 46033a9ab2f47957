// Opens a store, waits as argument 2 says, closes it and says what would keep the process alive.
import { setTimeout as pause } from 'node:timers/promises'
import { HazelcastStore } from '@hazelcast-session/express'

const store = new HazelcastStore()
if (process.argv[2] === 'connected') {
  await store.ready()
  await promisedSave()
} else {
  await pause(500)
}
await store.close()
await store.close()
// A turn of the loop for handles that are closing.
await pause(50)
const left = process.getActiveResourcesInfo().filter((resource) => !/^(PipeWrap|TTYWrap|FSReqPromise)$/.test(resource))
console.log(JSON.stringify(left))

/** @returns {Promise<void>} */
async function promisedSave() {
  const view = store.manager.create({ data: { item: 'book' } })
  await view.save()
}
