export const name = '@hazelcast-session/member'
