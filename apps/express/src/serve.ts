import { once } from 'node:events'
import { KEEP_ALIVE, KEEP_ALIVE_AT_END, openShop } from '@hazelcast-session/shop'
import express from 'express'
import type { Door } from './door.ts'
import { shop } from './shop.ts'

/** Opens the shop with sessions by this door. */
export async function serve(door: Door): Promise<void> {
  let isDraining = false
  const app = express()
  app.get('/health', (_req, res) => void res.sendStatus(isDraining ? 503 : 200))
  app.use(shop(door))
  let close = (): void => {}

  await openShop({
    worker: door.worker,
    ready: (timeout) => door.ready(timeout),
    listen: async (port, host) => {
      const server = app.listen(port, host)
      server.keepAliveTimeout = KEEP_ALIVE
      close = () => {
        server.keepAliveTimeout = KEEP_ALIVE_AT_END
        server.close(() => void door.close())
      }
      await once(server, 'listening')
      const address = server.address()
      return `http://${host}:${typeof address === 'object' ? address?.port : address}`
    },
    drain: () => {
      isDraining = true
      door.drain()
    },
    close: async () => close(),
  })
}
