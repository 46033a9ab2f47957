import { createRequire } from 'node:module'
import { describe, expect, it, test } from 'vitest'
import { setCookieHeader } from '../../src/http/response-cookie.ts'
import type { CookieFlags } from '../../src/http/response-cookie.ts'
import { SessionCookie } from '../../src/http/session-cookie.ts'
import type { VerifiedValue } from '../../src/http/verified-values.ts'

const NAME = 'connect.sid'
const ID = 'HZ0123456789ABCDEF0123456789ABCDEF.w1'

/** What express-session itself signs and serializes with. */
const requireAsLibrary = createRequire(createRequire(import.meta.url).resolve('express-session'))
const library = {
  cookie: requireAsLibrary('cookie') as { serialize(name: string, value: string, flags: object): string },
  signature: requireAsLibrary('cookie-signature') as { sign(value: string, secret: string): string },
}

function librarysHeader(value: string, secret: string, flags: object): string {
  return library.cookie.serialize(NAME, `s:${library.signature.sign(value, secret)}`, flags)
}

/** The value of a cookie as it comes back from the browser. */
function signed(value: string, secret: string): string {
  return librarysHeader(value, secret, {})
}

/** What reading such a cookie says. */
function verified(secret: string, isCurrent: boolean, value: string = ID): VerifiedValue {
  return { value, isCurrent, signed: library.signature.sign(value, secret) }
}

const expires = new Date(Date.UTC(2030, 0, 2, 3, 4, 5))

describe('A cookie that is written', () => {
  const flagSets: CookieFlags[] = [
    {},
    { path: '/' },
    { path: '/shop' },
    { path: '/', httpOnly: true },
    { path: '/', httpOnly: true, secure: true },
    { path: '/', secure: false },
    { domain: 'example.com', path: '/' },
    { path: '/', expires },
    { path: '/', expires, httpOnly: true, secure: true, partitioned: true },
    { maxAge: 60, path: '/' },
    { maxAge: 0 },
    { sameSite: true },
    { sameSite: false },
    { sameSite: 'lax' },
    { sameSite: 'strict' },
    { sameSite: 'none', secure: true, partitioned: true },
    { priority: 'low' },
    { priority: 'medium' },
    { priority: 'high', sameSite: 'lax', httpOnly: true, domain: 'example.com', path: '/', expires, secure: true },
  ]

  it.each(flagSets)('is byte for byte that of express-session: %o', (flags) => {
    const header = setCookieHeader(new SessionCookie(NAME, ['secret']).write(ID, flags))
    expect(header).toBe(librarysHeader(ID, 'secret', flags))
  })

  it.each([ID, 'id with spaces; and = signs', 'ünïcödé', 'user/1?x=%41'])(
    'is that of express-session for the id %s',
    (id) => {
      const header = setCookieHeader(new SessionCookie(NAME, ['another secret']).write(id, { path: '/' }))
      expect(header).toBe(librarysHeader(id, 'another secret', { path: '/' }))
    },
  )

  it('is signed by the first secret', () => {
    const { value } = new SessionCookie(NAME, ['new', 'old']).write(ID, {})
    expect(value).toBe(`s:${library.signature.sign(ID, 'new')}`)
  })

  it('takes flags that are undefined for absent', () => {
    const flags = { path: '/', domain: undefined, expires: undefined, maxAge: undefined, sameSite: undefined }
    const header = setCookieHeader(new SessionCookie(NAME, ['secret']).write(ID, flags))
    expect(header).toBe(librarysHeader(ID, 'secret', { path: '/' }))
  })

  it('is forgotten by one of the same flags that is empty and long expired', () => {
    const flags = { path: '/shop', domain: 'example.com', secure: true, maxAge: 60, expires }
    expect(setCookieHeader(new SessionCookie(NAME, ['secret']).clear(flags))).toBe(
      'connect.sid=; Domain=example.com; Path=/shop; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure',
    )
  })
})

describe('A cookie that is read', () => {
  const cookie = new SessionCookie(NAME, ['new', 'old'])
  const forged = `${NAME}=s%3A${ID}.forged`

  it('is what the first secret signed', () => {
    expect(cookie.read(signed(ID, 'new'))).toEqual(verified('new', true))
  })

  it('is what an older secret signed, and should be written again', () => {
    expect(cookie.read(signed(ID, 'old'))).toEqual(verified('old', false))
  })

  it('is the same the second time, when the signature is not computed again', () => {
    expect(cookie.read(signed(ID, 'old'))).toBe(cookie.read(signed(ID, 'old')))
  })

  it('may come unencoded, as Fastify writes it', () => {
    expect(cookie.read(`${NAME}=s:${library.signature.sign(ID, 'new')}`)).toMatchObject({ value: ID })
  })

  it('is read from what it was written as', () => {
    const header = setCookieHeader(cookie.write(ID, { path: '/' }))
    expect(cookie.read(header.split(';')[0])).toEqual(verified('new', true))
  })

  it.each([
    ['no header', undefined],
    ['no cookie of the name', 'a=1'],
    ['an empty value', `${NAME}=`],
    ['an id that nobody signed', `${NAME}=${ID}`],
    ['a signature without its mark', `${NAME}=${encodeURIComponent(library.signature.sign(ID, 'new'))}`],
    ['nothing but the mark', `${NAME}=s%3A`],
    ['a signature of nothing', `${NAME}=s%3A.`],
    ['a forged signature', forged],
    ['a signature of somebody else', signed(ID, 'a stranger')],
    ['an id that was changed', signed(ID, 'new').replace('HZ0', 'HZ1')],
    ['a worker that was changed', signed(ID, 'new').replace('.w1', '.w2')],
    ['a signature that was cut', signed(ID, 'new').slice(0, -3)],
  ])('is none for %s', (_, header) => {
    expect(cookie.read(header)).toBeUndefined()
  })

  it('of several is the first that verifies', () => {
    const other = ID.replace('w1', 'w2')
    expect(cookie.read([forged, signed(other, 'old'), signed(ID, 'new')].join('; '))).toEqual(
      verified('old', false, other),
    )
    expect(cookie.read([signed(ID, 'new'), signed(other, 'new')].join('; '))).toMatchObject({ value: ID })
  })

  it('of another name is not ours', () => {
    expect(new SessionCookie('sid', ['new']).read(signed(ID, 'new'))).toBeUndefined()
  })

  it('of an empty id is an empty text, and no failure', () => {
    expect(cookie.read(signed('', 'new'))).toEqual(verified('new', true, ''))
  })
})

describe('A cookie of another prefix', () => {
  const plain = new SessionCookie(NAME, ['new', 'old'], { prefix: '' })
  const marked = new SessionCookie(NAME, ['new', 'old'], { prefix: 'mine:' })
  const unmarked = `${NAME}=${encodeURIComponent(library.signature.sign(ID, 'new'))}`

  it('is written with it, around the same signature', () => {
    expect(plain.write(ID, {}).value).toBe(library.signature.sign(ID, 'new'))
    expect(marked.write(ID, {}).value).toBe(`mine:${plain.sign(ID)}`)
  })

  it('is current, and one with the usual prefix, or with none, is read and should be written again', () => {
    expect(plain.read(unmarked)).toEqual(verified('new', true))
    expect(plain.read(signed(ID, 'new'))).toEqual(verified('new', false))
    expect(marked.read(unmarked)).toEqual(verified('new', false))
    expect(marked.read(signed(ID, 'new'))).toEqual(verified('new', false))
    expect(marked.read(`${NAME}=mine:${plain.sign(ID)}`)).toEqual(verified('new', true))
    expect(plain.read(`${NAME}=mine:${plain.sign(ID)}`)).toBeUndefined()
  })
})

describe('A list of secrets that is changed later on', () => {
  it('signs with its first and verifies with what it holds, of cookies that were verified before too', () => {
    const secrets = ['old']
    const cookie = new SessionCookie(NAME, secrets)
    expect(cookie.read(signed(ID, 'old'))).toEqual(verified('old', true))
    secrets.unshift('new')
    expect(cookie.read(signed(ID, 'old'))).toEqual(verified('old', false))
    expect(setCookieHeader(cookie.write(ID, {}))).toBe(librarysHeader(ID, 'new', {}))
    secrets.pop()
    expect(cookie.read(signed(ID, 'old'))).toBeUndefined()
  })
})

test('a signer of the application signs and verifies in place of secrets', () => {
  const signer = {
    sign: (value: string) => `${value}!`,
    unsign: (text: string) => (text.endsWith('!') ? { value: text.slice(0, -1), isCurrent: true } : undefined),
  }
  const cookie = new SessionCookie(NAME, signer)
  expect(cookie.write(ID, {}).value).toBe(`s:${ID}!`)
  expect(cookie.read(`${NAME}=s:${ID}!`)).toEqual({ value: ID, isCurrent: true })
  expect(cookie.read(`${NAME}=s:${ID}`)).toBeUndefined()
})

describe('A cookie that is written again', () => {
  const cookie = new SessionCookie(NAME, ['new', 'old'])
  const presented = (header: string): VerifiedValue | undefined => {
    // Twice: what was verified before is remembered.
    cookie.read(header)
    return cookie.read(header)
  }

  it('has the signature that it came with', () => {
    expect(cookie.write(ID, {}, presented(signed(ID, 'new')))).toEqual(cookie.write(ID, {}))
  })

  it('gets a new one where that was of an old secret, of another value, or of nobody', () => {
    const fresh = cookie.write(ID, {})
    for (const header of [signed(ID, 'old'), signed('another', 'new'), signed(ID, 'foreign')]) {
      expect(cookie.write(ID, {}, presented(header))).toEqual(fresh)
    }
  })
})
