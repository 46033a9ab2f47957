import { connect } from './sessions'

/** Before the first request: connects, and on SIGTERM tells the load balancer that this worker is going. */
export async function start(): Promise<void> {
  const manager = await connect()
  process.once('SIGTERM', () => manager.drain())
}
