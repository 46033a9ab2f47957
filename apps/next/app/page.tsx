import { connect, getSession } from '../lib/sessions'
import { addToCart, logIn, logOut } from './actions'

const GOODS = ['apples', 'bread', 'coffee']

export default async function Page() {
  const session = await getSession()
  const { worker } = await connect()
  return (
    <>
      <h1>The shop</h1>
      <p>
        Served by worker <strong>{worker.name}</strong>. Stop it, and go on at another one.
      </p>
      {session.user ? (
        <form action={logOut}>
          Logged in as <strong>{session.user}</strong>. <button>Log out</button>
        </form>
      ) : (
        <form action={logIn}>
          <input name="user" placeholder="Your name" required /> <button>Log in</button>
        </form>
      )}
      <h2>Your cart</h2>
      <ul>
        {Object.entries(session.cart ?? {}).map(([item, count]) => (
          <li key={item}>
            {item}: {count}
          </li>
        ))}
      </ul>
      <form action={addToCart}>
        {GOODS.map((item) => (
          <button key={item} name="item" value={item}>
            Add {item}
          </button>
        ))}
      </form>
    </>
  )
}
