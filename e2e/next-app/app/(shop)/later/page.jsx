import { after } from 'next/server'
import { codeOf, getSession } from '../../../lib/sessions.js'

const said = /** @type {{ saidAfter?: unknown }} */ (globalThis)

export default async function Page() {
  const session = await getSession()
  after(async () => {
    said.saidAfter = {
      asked: await getSession().then(() => 'a session', codeOf),
      saved: await session.save().then(() => 'saved', codeOf),
      read: session.count ?? null,
    }
  })
  return <p>later</p>
}
