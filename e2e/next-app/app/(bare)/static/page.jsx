import { codeOf, getSession } from '../../../lib/sessions.js'

export const dynamic = 'force-static'

export default async function Page() {
  return <p id="code">{await getSession().then(() => 'a session', codeOf)}</p>
}
