import { getSession } from '../../lib/sessions.js'
import * as actions from './actions.js'

export default async function Page() {
  const session = await getSession()
  return (
    <>
      <p id="session">{JSON.stringify(session)}</p>
      {Object.entries(actions).map(([name, action]) => (
        <form key={name} action={action} data-action={name}>
          <button>{name}</button>
        </form>
      ))}
    </>
  )
}
