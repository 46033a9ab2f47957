import { createHmac } from 'node:crypto'
import { SECRET } from './worker.ts'

/** The value of a session's cookie as express-session writes it, signed by a shop under test, or by somebody else. */
export function signed(value: string, secret: string = SECRET): string {
  const signature = createHmac('sha256', secret).update(value).digest('base64').replace(/=+$/, '')
  return encodeURIComponent(`s:${value}.${signature}`)
}
