import '@hazelcast-session/koa'
import type { ShopData } from '@hazelcast-session/shop'

declare module '@hazelcast-session/koa' {
  interface SessionData extends ShopData {}
}
