/** A shop on some framework, with some way to have sessions. */
export interface Shop {
  /** Name of this worker. */
  readonly worker: string
  /** Resolves when sessions can be served; rejects after `timeout` milliseconds. */
  ready(timeout: number): Promise<void>
  /** Resolves with the address once somebody listens there. */
  listen(port: number, host: string): Promise<string>
  /** From now on the shop tells health checks that it goes, and binds no sessions to this worker. */
  drain(): void
  /** Resolves when requests under way are answered, and their sessions saved. */
  close(): Promise<void>
}

/** Ms that the shop waits for its cluster before it opens, unless `SHOP_READY_MS` says otherwise. */
const PATIENCE = 3000

/** Opens the shop on `PORT`, and closes it on SIGTERM: first to the balancer, then to everybody. */
export async function openShop(shop: Shop): Promise<void> {
  // A balancer sends requests as soon as somebody listens. Without its cluster the shop opens all the same, only later.
  await shop.ready(Number(process.env['SHOP_READY_MS'] ?? PATIENCE)).catch(() => {})
  const address = await shop.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1')
  console.log(`The shop, worker ${shop.worker}, listens on ${address}`)

  process.once('SIGTERM', () => {
    shop.drain()
    // The balancer needs a moment to see that this worker is going; requests are served meanwhile.
    const grace = Number(process.env['SHOP_DRAIN_MS'] ?? 0)
    setTimeout(() => void shop.close(), grace)
  })
}
