// Imported into a server: samples what is allocated and outlives the young generation, from one message to the next.
import { Session } from 'node:inspector'

const INTERVAL = 1024
const inspector = new Session()
inspector.connect()

process.on('message', (message) => {
  if (message === 'start sampling') {
    const options = { samplingInterval: INTERVAL, includeObjectsCollectedByMajorGC: true }
    inspector.post('HeapProfiler.startSampling', options, () => process.send?.('sampling'))
  }
  if (message === 'stop sampling') {
    inspector.post('HeapProfiler.stopSampling', (error, result) => process.send?.(error ?? result.profile))
  }
})
