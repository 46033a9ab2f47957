import { NextResponse } from 'next/server'
import { sessionProxy } from './lib/sessions.js'

const plain = sessionProxy()
const greeting = sessionProxy(async (req, session) => {
  const what = req.nextUrl.searchParams.get('proxy')
  if (what === 'redirect') return NextResponse.redirect(new URL('/plain', req.url))
  if (what === 'json') return Response.json({ from: 'proxy' })
  if (what === 'write') session.greeted = true
  if (what === 'next') {
    session.greeted = true
    const response = NextResponse.next({ request: { headers: new Headers({ 'x-own': 'kept' }) } })
    response.cookies.set('own', 'kept')
    return response
  }
})

/** @type {typeof plain} */
export function proxy(req, event) {
  return req.nextUrl.searchParams.has('proxy') ? greeting(req, event) : plain(req, event)
}
