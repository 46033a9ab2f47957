import { withSessionsConfig } from '@hazelcast-session/next/config'

export default withSessionsConfig({ typescript: { ignoreBuildErrors: true } })
