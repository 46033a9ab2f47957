import { getSession } from '../../lib/sessions'
import { CartList } from '../cart-list'
import { ServedBy } from '../served-by'

export default async function CartPage() {
  const session = await getSession()
  return (
    <>
      <h1>The cart of {session.user ?? 'nobody'}</h1>
      <ServedBy />
      <CartList cart={session.cart} />
    </>
  )
}
