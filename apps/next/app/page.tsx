import { getSession } from '../lib/sessions'
import { addToCart, logIn, logOut } from './actions'
import { CartList } from './cart-list'
import { ServedBy } from './served-by'

const GOODS = ['apples', 'bread', 'coffee']

export default async function Page() {
  const session = await getSession()
  return (
    <>
      <h1>The shop</h1>
      <ServedBy />
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
      <CartList cart={session.cart} />
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
