/** What the shop keeps in a session. */
export interface ShopData {
  user?: string
  cart?: Record<string, number>
  /** What `/api/attributes` and `/api/increment` set. */
  [name: string]: unknown
}

/** What the attribute is after it was raised by one. */
export function increment(data: ShopData, name: string): number {
  const value = Number(data[name] ?? 0) + 1
  data[name] = value
  return value
}

export function putIntoCart(data: ShopData, item: string): void {
  data.cart = { ...data.cart, [item]: (data.cart?.[item] ?? 0) + 1 }
}
