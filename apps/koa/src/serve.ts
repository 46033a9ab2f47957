import { closed, openShop, opened } from '@hazelcast-session/shop'
import Koa from 'koa'
import type { Door } from './door.ts'
import { shop } from './shop.ts'

/** Opens the shop with sessions by this door. */
export async function serve(door: Door): Promise<void> {
  let isDraining = false
  const app = new Koa()
  // With their codes, which Koa leaves out.
  app.on('error', (error: unknown) => console.error(error))
  app.use((ctx, next) => {
    if (ctx.path === '/health') ctx.status = isDraining ? 503 : 200
    else if (ctx.path === '/api/none') ctx.status = 204
    else return next()
  })
  app.use(door.sessions(app))
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
