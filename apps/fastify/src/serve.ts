import { openShop } from '@hazelcast-session/shop'
import fastify, { LogController } from 'fastify'
import type { OpenDoor } from './door.ts'
import { shop } from './shop.ts'

/** Opens the shop with sessions by this door. */
export async function serve(openDoor: OpenDoor): Promise<void> {
  let isDraining = false
  const app = fastify({ logger: true, logController: new LogController({ disableRequestLogging: true }) })
  app.addHook('onError', async (_request, _reply, { code, message }) => app.log.warn({ code }, message))
  app.get('/health', async (_request, reply) => reply.code(isDraining ? 503 : 200).send())
  const door = await shop(app, openDoor)

  await openShop({
    worker: door.worker,
    ready: (timeout) => door.ready(timeout),
    listen: (port, host) => app.listen({ port, host }),
    drain: () => {
      isDraining = true
      door.drain()
    },
    close: async () => {
      await app.close()
      await door.close()
    },
  })
}
