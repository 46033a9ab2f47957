import type { NextRequest } from 'next/server'
import { withSession } from '../../../lib/sessions'

export const POST = withSession(async (session, req: NextRequest) => {
  const { user } = await req.json()
  await session.signIn(String(user))
  session.user = String(user)
  return new Response(null, { status: 204 })
})
