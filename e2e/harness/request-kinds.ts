/** What a client asks of a map, by the type number in the frame that begins a request (Hazelcast client protocol 2). */
const REQUEST_KINDS = {
  0x01_01_00: 'put',
  0x01_02_00: 'get',
  0x01_03_00: 'remove',
  0x01_04_00: 'replace',
  0x01_05_00: 'replaceIfSame',
  0x01_06_00: 'containsKey',
  0x01_08_00: 'removeIfSame',
  0x01_09_00: 'delete',
  0x01_0e_00: 'putIfAbsent',
  0x01_0f_00: 'set',
  0x01_1d_00: 'getEntryView',
  0x01_22_00: 'keySet',
  0x01_43_00: 'setTtl',
} as const

export type RequestKind = (typeof REQUEST_KINDS)[keyof typeof REQUEST_KINDS] | 'other map request'

/** How often each kind was sent; a kind that was not is not in it. */
export type RequestCounts = Readonly<Partial<Record<RequestKind, number>>>

/** The kind of a request to a map; `undefined` for requests to anything else, such as pings and authentication. */
export function kindOf(messageType: number): RequestKind | undefined {
  const known: Partial<Record<number, RequestKind>> = REQUEST_KINDS
  const isOfMap = messageType >>> 16 === 1
  return isOfMap ? (known[messageType] ?? 'other map request') : undefined
}
