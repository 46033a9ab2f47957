import { describe, expect, it } from 'vitest'
import { cookieValues } from '../../src/http/cookie-header.ts'

describe('The values of a cookie in a `Cookie` header', () => {
  it.each([
    ['of no header', undefined, []],
    ['of an empty header', '', []],
    ['of a header without it', 'a=1; b=2', []],
    ['of one cookie', 'sid=1', ['1']],
    ['between others', 'a=1; sid=2; b=3', ['2']],
    ['of several, in their order', 'sid=1; a=0; sid=2; sid=3', ['1', '2', '3']],
    ['without spaces', 'a=1;sid=2;b=3', ['2']],
    ['with spaces around', ' sid = 1 ;sid=2 ', ['1', '2']],
    ['that are empty', 'sid=', ['']],
    ['that hold an equals sign', 'sid=a=b', ['a=b']],
    ['that are encoded', 'sid=s%3Aid.sig%2Bnature%2F', ['s:id.sig+nature/']],
    ['that are not encoded', 'sid=s:id.sig+nature/', ['s:id.sig+nature/']],
    ['that are encoded wrongly', 'sid=%zz; sid=2', ['%zz', '2']],
    ['of names that only begin or end like it', 'sid2=1; xsid=2; sid.x=3; SID=4', []],
    ['of pieces that are no cookies', 'sid; ;=; sid=1', ['1']],
  ])('%s', (_, header, expected) => {
    expect(cookieValues(header, 'sid')).toEqual(expected)
  })

  it.each(['__proto__', 'constructor', 'toString'])('has nothing to do with what objects inherit: %s', (name) => {
    expect(cookieValues(`a=${name}`, name)).toEqual([])
    expect(cookieValues(`${name}=1; ${name}=2`, name)).toEqual(['1', '2'])
  })
})
