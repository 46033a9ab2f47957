/** What all servers of the benchmark have in common: what a session holds, and what requests do with it. */

export const SECRET = 'a secret of the benchmark, 32 characters'

/** Which sessions this server has; everything else is the same for all of a framework. */
export const SESSIONS = process.env['SESSIONS'] ?? 'none'

/** About 2 KB of what sessions hold: a user, a cart, some flags. */
export function freshData() {
  const items = Array.from({ length: 12 }, (_, index) => ({
    sku: `SKU-${index}`,
    title: `A thing with a name, number ${index}`,
    quantity: 1 + (index % 3),
    price: 19.95 + index,
    tags: ['new', 'sale'],
  }))
  return {
    user: { name: 'Ann Example', mail: 'ann@example.org', roles: ['customer', 'reviewer'], since: '2024-02-29' },
    cart: { items, currency: 'EUR', coupon: null },
    flags: { seenBanner: true, theme: 'dark', locale: 'en-GB' },
    notes: 'x'.repeat(500),
    count: 0,
  }
}

/** @param {Record<string, unknown>} session Without the types of anybody's application. */
export function begin(session) {
  Object.assign(session, freshData())
  return 'begun'
}

/** @param {Record<string, unknown>} session */
export function read(session) {
  return `hello ${Object(session['user']).name}`
}

/** @param {Record<string, unknown>} session @param {string} [name] */
export function write(session, name = 'count') {
  const value = Number(session[name] ?? 0) + 1
  session[name] = value
  return String(value)
}

/** @param {Record<string, unknown>} session */
export function state(session) {
  const { cookie: _, ...attributes } = session
  return JSON.stringify(attributes)
}

/** Tells who started this server where it listens, and ends with them. @param {number} port */
export function announce(port) {
  process.send?.({ port })
  process.on('disconnect', () => process.exit())
}
