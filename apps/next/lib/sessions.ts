import { createSessions } from '@hazelcast-session/next'
import type { ShopData } from '@hazelcast-session/shop'

// Which cluster and which worker this is comes from the environment: HZ_SESSION_CLUSTER_MEMBERS, HZ_SESSION_WORKER_NAME, ...
export const { getSession, withSession, sessionProxy, connect } = createSessions<ShopData>({
  cookie: { name: 'shop.sid' },
  secret: process.env.HZ_SESSION_SECRET ? undefined : 'a secret for the example shop only',
})
