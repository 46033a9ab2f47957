import 'fastify'
import type { ShopData } from '@hazelcast-session/shop'

declare module 'fastify' {
  interface Session extends ShopData {}
}
