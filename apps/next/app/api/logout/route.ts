import type { NextRequest } from 'next/server'
import { withSession } from '../../../lib/sessions'

export const POST = withSession(async (session, _req: NextRequest) => {
  await session.signOut()
  return new Response(null, { status: 204 })
})
