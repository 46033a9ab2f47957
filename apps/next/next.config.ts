import { join } from 'node:path'
import { withSessionsConfig } from '@hazelcast-session/next/config'

export default withSessionsConfig({
  output: 'standalone',
  outputFileTracingRoot: join(import.meta.dirname, '../..'),
})
