import { unstable_cache as cached } from 'next/cache'
import { connection } from 'next/server'
import { codeOf, getSession } from '../../../lib/sessions.js'

const code = cached(async () => getSession().then(() => 'a session', codeOf), ['code'])

export default async function Page() {
  await connection()
  return <p id="code">{await code()}</p>
}
