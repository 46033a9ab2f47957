import { connect } from './sessions'

/** Ms that the shop waits for its cluster before it answers, unless `SHOP_READY_MS` says otherwise. */
const PATIENCE = 3000

/** Before the first request: connects, and on SIGTERM tells the load balancer that this worker is going. */
export async function start(): Promise<void> {
  const manager = await connect(Number(process.env.SHOP_READY_MS ?? PATIENCE))
  process.once('SIGTERM', () => manager.drain())
}
