import { increment } from '@hazelcast-session/shop'
import type { NextRequest } from 'next/server'
import { attributeName } from '../../../../lib/attribute-name'
import type { Named } from '../../../../lib/attribute-name'
import { withSession } from '../../../../lib/sessions'

export const POST = withSession(async (session, _req: NextRequest, context: Named) => {
  const name = await attributeName(context)
  if (name === undefined) return new Response(null, { status: 400 })
  return Response.json({ value: await session.update((data) => increment(data, name)) })
})
