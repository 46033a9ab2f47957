import 'fastify'

declare module 'fastify' {
  interface Session {
    user?: string | undefined
    count?: number
    theme?: string
    cart?: { items: string[]; total?: number }
  }
}
