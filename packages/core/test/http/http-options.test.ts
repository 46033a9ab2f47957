import { describe, expect, it } from 'vitest'
import { httpOptions } from '../../src/options/http-options.ts'
import { resolveOptions } from '../../src/options/resolve-options.ts'

const production = { NODE_ENV: 'production' }
const long = 'a secret of thirty-two characters'

function resolved(given: object, environment: NodeJS.ProcessEnv = {}): { secret: unknown; routeCookie: unknown } {
  const { secret, routeCookie } = resolveOptions({ enabled: false, ...given }, environment, httpOptions(environment))
  return { secret, routeCookie }
}

describe('The secret', () => {
  it('may be one text or a list', () => {
    expect(resolved({ secret: 'one' }).secret).toEqual(['one'])
    expect(resolved({ secret: ['one', 'two'] }).secret).toEqual(['one', 'two'])
  })

  it('comes from the environment as a comma list or as JSON', () => {
    expect(resolved({}, { HZ_SESSION_SECRET: 'one' }).secret).toEqual(['one'])
    expect(resolved({}, { HZ_SESSION_SECRET: 'one, two' }).secret).toEqual(['one', 'two'])
    expect(resolved({}, { HZ_SESSION_SECRET: '["one,with comma", "two"]' }).secret).toEqual(['one,with comma', 'two'])
  })

  it('of the code wins', () => {
    expect(resolved({ secret: 'code' }, { HZ_SESSION_SECRET: 'environment' }).secret).toEqual(['code'])
  })

  it.each([[undefined], [''], [[]], [['']], [42], [[42]], [['one', '']]])('cannot be %j', (secret) => {
    expect(() => resolved({ secret })).toThrow('`secret`')
  })

  it('has at least 32 characters in production, each of them', () => {
    expect(() => resolved({ secret: 'short' }, production)).toThrow('expected at least 32 characters in production')
    expect(() => resolved({ secret: [long, 'short'] }, production)).toThrow('at least 32 characters')
    expect(resolved({ secret: [long, long] }, production).secret).toEqual([long, long])
  })

  it.each([
    [
      'hush,hush',
      'expected at least 32 characters in production, got 4 characters as number 1 of 2. A comma divides a list; a secret ' +
        'with a comma in it goes into a JSON list: ["one, and only"]',
    ],
    ['hush', 'expected at least 32 characters in production, got 4 characters'],
    ['["hush,hush"]', 'expected at least 32 characters in production, got 9 characters. It begins with "["'],
    [
      '["hush hush hush hush hush hush hush", "hush"',
      'expected a text, or a list of texts, got none. It begins with "[", so it has to be a JSON list of texts',
    ],
    ['[42]', 'expected a text, or a list of texts, got something else. It begins with "["'],
  ])('of the environment is read as a list, and a message says so: %s', (text, message) => {
    const read = (): unknown => resolved({}, { ...production, HZ_SESSION_SECRET: text })
    expect(read).toThrow(`HZ_SESSION_SECRET: ${message}`)
    expect(read).toThrow(/^(?!.*hush)/s)
  })

  it('that nobody gave is asked for', () => {
    expect(() => resolved({})).toThrow(
      '`secret`: expected a text, or a list of texts, got none. Give one, or set HZ_SESSION_SECRET',
    )
  })

  it('is never shown in a message', () => {
    expect(() => resolved({ secret: ['hushhush', ''] })).toThrow(/^(?!.*hushhush)/s)
    expect(() => resolved({ secret: 'hushhush' }, production)).toThrow(/^(?!.*hushhush)/s)
    expect(() => resolved({}, { ...production, HZ_SESSION_SECRET: 'hushhush' })).toThrow(/^(?!.*hushhush)/s)
  })
})

describe('The route cookie', () => {
  const secret = 'one'

  it.each([
    [undefined, undefined],
    [false, undefined],
    [true, 'hzroute'],
    ['lane', 'lane'],
  ])('given as %j is %j', (routeCookie, expected) => {
    expect(resolved({ secret, routeCookie }).routeCookie).toBe(expected)
  })

  it.each([
    ['true', 'hzroute'],
    ['false', undefined],
    ['lane', 'lane'],
  ])('given as %j in the environment is %j', (text, expected) => {
    expect(resolved({ secret }, { HZ_SESSION_ROUTE_COOKIE: text }).routeCookie).toBe(expected)
  })

  it.each([[''], [42]])('cannot be %j', (routeCookie) => {
    expect(() => resolved({ secret, routeCookie })).toThrow('`routeCookie`')
  })
})

describe('The route cookie', () => {
  it.each(['bad name', 'a;b', ''])('cannot be called "%s"', (routeCookie) => {
    expect(() => resolved({ secret: long, routeCookie })).toThrow('`routeCookie`')
  })

  it('may have any name that a cookie can have', () => {
    expect(resolved({ secret: long, routeCookie: "__Host-a.b~!#$%&'*+^`|" }).routeCookie).toBe("__Host-a.b~!#$%&'*+^`|")
  })
})
