import { closed, openShop, opened } from '@hazelcast-session/shop'
import express from 'express'
import type { Door } from './door.ts'
import { shop } from './shop.ts'

/** Opens the shop with sessions by this door. */
export async function serve(door: Door): Promise<void> {
  let isDraining = false
  const app = express()
  app.get('/health', (_req, res) => void res.sendStatus(isDraining ? 503 : 200))
  app.use(shop(door))
  let close = async (): Promise<void> => {}

  await openShop({
    worker: door.worker,
    ready: (timeout) => door.ready(timeout),
    listen: async (port, host) => {
      const server = app.listen(port, host)
      close = async () => {
        await closed(server)
        await door.close()
      }
      return opened(server)
    },
    drain: () => {
      isDraining = true
      door.drain()
    },
    close: () => close(),
  })
}
