import { setTimeout as pause } from 'node:timers/promises'
import type { NextRequest } from 'next/server'
import { attributeName } from '../../../../lib/attribute-name'
import type { Named } from '../../../../lib/attribute-name'
import { withSession } from '../../../../lib/sessions'

export const PUT = withSession(async (session, req: NextRequest, context: Named) => {
  const name = await attributeName(context)
  if (name === undefined) return new Response(null, { status: 400 })
  session[name] = await req.json()
  await pause(Number(req.nextUrl.searchParams.get('delay') ?? 0))
  return new Response(null, { status: 204 })
})

export const DELETE = withSession(async (session, _req: NextRequest, context: Named) => {
  const name = await attributeName(context)
  if (name === undefined) return new Response(null, { status: 400 })
  delete session[name]
  return new Response(null, { status: 204 })
})
