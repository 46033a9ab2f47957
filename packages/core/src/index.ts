export const name = '@hazelcast-session/core'
