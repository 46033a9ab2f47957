import type { NextRequest } from 'next/server'
import { attributeName } from '../../../../lib/attribute-name'
import type { Named } from '../../../../lib/attribute-name'
import { withSession } from '../../../../lib/sessions'

export const POST = withSession(async (session, req: NextRequest, context: Named) => {
  const name = await attributeName(context)
  if (name === undefined) return new Response(null, { status: 400 })
  session[name] = await req.json()
  return new Response(null, { status: 303, headers: { Location: '/api/session' } })
})
