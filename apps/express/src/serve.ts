import express from 'express'
import type { Door } from './door.ts'
import { shop } from './shop.ts'

/** Ms that the shop waits for its cluster before it opens. */
const PATIENCE = 3000

/** Opens the shop on `PORT`, and closes it on SIGTERM: first to the balancer, then to everybody. */
export async function serve(door: Door): Promise<void> {
  // A balancer sends requests as soon as somebody listens. Without its cluster the shop opens all the same, only later.
  await door.ready(PATIENCE).catch(() => {})
  let isDraining = false
  const app = express()
  app.get('/health', (_req, res) => void res.sendStatus(isDraining ? 503 : 200))
  app.use(shop(door))

  const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : address
    console.log(`The shop, worker ${door.worker}, listens on http://127.0.0.1:${port}`)
  })

  process.once('SIGTERM', () => {
    isDraining = true
    door.drain()
    // The balancer needs a moment to see that this worker is going; requests are served meanwhile.
    const grace = Number(process.env['SHOP_DRAIN_MS'] ?? 0)
    setTimeout(() => server.close(() => void door.close()), grace)
  })
}
