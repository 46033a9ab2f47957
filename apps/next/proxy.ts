import { sessionProxy } from './lib/sessions'

export const proxy = sessionProxy()

export const config = { matcher: '/((?!_next/static|_next/image|favicon.ico|health|api/none).*)' }
