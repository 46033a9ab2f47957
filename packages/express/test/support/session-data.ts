import type { Request } from 'express'
import 'express-session'

declare module 'express-session' {
  interface SessionData {
    user: string
    count: number
    theme: string
    cart: { items: string[]; total?: number }
  }
}

/** What a session holds beside its cookie. */
export function attributesOf(req: Request): object {
  const { cookie: _, ...attributes } = req.session
  return attributes
}
