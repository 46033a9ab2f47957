import { getSession } from '../../../lib/sessions.js'

export default async function Page() {
  return <p id="session">{JSON.stringify(await getSession())}</p>
}
