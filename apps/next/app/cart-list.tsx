import type { ShopData } from '@hazelcast-session/shop'

/** What has been put into the cart. */
export function CartList({ cart = {} }: { cart: ShopData['cart'] }) {
  return (
    <ul>
      {Object.entries(cart).map(([item, count]) => (
        <li key={item}>
          {item}: {count}
        </li>
      ))}
    </ul>
  )
}
