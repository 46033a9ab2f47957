import { signed } from './signed.ts'

/** What an attacker sends as a whole `Cookie` header. */
export interface HostileCookie {
  readonly what: string
  readonly header: string
}

const NAME = 'shop.sid'
const ID = 'HZ0123456789ABCDEF0123456789ABCDEF'
const GOOD = signed(ID)
const forged = (value: string): string => `${NAME}=${encodeURIComponent(`s:${value}.${'A'.repeat(43)}`)}`

function hostile(what: string, header: string): HostileCookie {
  return { what, header }
}

/** Nobody's signature. */
export const FORGED: readonly HostileCookie[] = [
  hostile('an id without a signature', `${NAME}=${ID}`),
  hostile('a forged signature', forged(ID)),
  hostile('the signature of another secret', `${NAME}=${signed(ID, 'another secret')}`),
  hostile('the signature of another id', `${NAME}=${GOOD.replace('HZ0', 'HZ1')}`),
  hostile('another worker behind the id that was signed', `${NAME}=${GOOD.replace(ID, `${ID}.w2`)}`),
  hostile('a signature that is cut short', `${NAME}=${GOOD.slice(0, -3)}`),
  hostile('a signature with more behind it', `${NAME}=${GOOD}A`),
  hostile('a signature alone', `${NAME}=s%3A.${GOOD.split('.')[1]}`),
  hostile('the mark of a signature alone', `${NAME}=s%3A`),
  hostile('an empty value', `${NAME}=`),
  hostile('a name without a value', NAME),
  hostile('separators only', ';;; ; =; ==;=;'),
  hostile('wrong percent signs', `${NAME}=s%3A${ID}%ZZ%.%`),
  hostile('line ends, percent-encoded', `${NAME}=s%3A${ID}%0d%0aSet-Cookie:%20a=b%00.x`),
  hostile('a line end', `${NAME}=s%3A${ID}.x\r\nX-Injected: 1`),
  hostile('bytes beyond ASCII', `${NAME}=s%3A\xff\xfe\xc3\x28.\x80`),
  hostile('quotes', `${NAME}="s%3A${ID}.x"; ${NAME}="`),
  hostile('names that JavaScript has plans for', `__proto__=1; constructor=2; hasOwnProperty=3; toString=4`),
  hostile('a prototype in the cookie', `${NAME}=j%3A%7B%22__proto__%22%3A%7B%22polluted%22%3A41%7D%7D`),
  hostile('an id that JavaScript has plans for', forged('__proto__')),
  hostile('a value of more than 4 kB', forged('A'.repeat(5000))),
  hostile('a header of more than 8 kB', Array.from({ length: 90 }, () => forged(ID)).join('; ')),
  hostile('a thousand cookies', Array.from({ length: 1000 }, (_, index) => `a${index}=1`).join('; ')),
]

/** What is no HTTP, or too much of it: node refuses it before anybody sees it. */
export const NO_HTTP: readonly HostileCookie[] = [
  hostile('half a line end', `${NAME}=s%3A${ID}\r.x`),
  hostile('a zero byte', `${NAME}=s%3A${ID}\0.x`),
  hostile('a header of more than 16 kB', `${NAME}=${'A'.repeat(20_000)}`),
]

/** Signed by the shop, as no shop would: what is left to fear if a secret leaks. */
export const SIGNED: readonly HostileCookie[] = [
  hostile('an id that nobody has', `${NAME}=${GOOD}`),
  hostile('an id that nobody has, and a worker', `${NAME}=${signed(`${ID}.w1`)}`),
  hostile('a prototype', `${NAME}=${signed('__proto__')}`),
  hostile('a constructor', `${NAME}=${signed('constructor.w1')}`),
  hostile('nothing', `${NAME}=${signed('')}`),
  hostile('dots', `${NAME}=${signed('....')}`),
  hostile('a path', `${NAME}=${signed('../../etc/passwd')}`),
  hostile('line ends', `${NAME}=${signed('x\r\nSet-Cookie: a=b')}`),
  hostile('more than 4 kB', `${NAME}=${signed('A'.repeat(5000))}`),
  hostile('the key of what workers keep for themselves', `${NAME}=${signed('hazelcast-session.worker.w1')}`),
]

/** Suffixes that a balancer or an attacker may put behind an id. */
export const SUFFIXES: readonly string[] = [
  'w99',
  'www',
  'A'.repeat(33),
  'A'.repeat(4000),
  '<script>',
  '%00%0d%0a',
  '\r\nSet-Cookie: a=b',
  '__proto__',
  'ü',
]
