import 'express-session'
import type { ShopData } from '@hazelcast-session/shop'

declare module 'express-session' {
  interface SessionData extends ShopData {}
}
