export const name = '@hazelcast-session/express'
