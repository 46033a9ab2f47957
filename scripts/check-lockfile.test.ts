import { describe, expect, it } from 'vitest'
import { addressesIn, loosePinsIn } from './check-lockfile.mjs'

describe('download addresses in the lock file', () => {
  it.each([
    'https://registry.example/a/-/a-1.0.0.tgz',
    'http://registry.example/a.tgz',
    'git+ssh://git@host.example/a.git#1',
  ])('%s is one', (resolved) => {
    expect(addressesIn({ packages: { 'node_modules/a': { resolved } } })).toEqual([expect.stringContaining(resolved)])
  })
  it('a link to a workspace is none, nor is a package with an integrity alone', () => {
    const packages = { 'node_modules/@a/core': { resolved: 'packages/core', link: true }, 'node_modules/b': {} }
    expect(addressesIn({ packages })).toEqual([])
  })
})

describe('versions in a package.json', () => {
  const loose = (section: string, name: string, version: string) =>
    loosePinsIn('package.json', { [section]: { [name]: version } })

  it.each(['^1.0.0', '~1.0.0', '>=1', '1', '1.0', '*', 'latest', 'npm:b@^1.0.0', 'github:a/b'])(
    '%s is loose',
    (version) => {
      for (const section of ['dependencies', 'devDependencies', 'optionalDependencies']) {
        expect(loose(section, 'a', version)).toHaveLength(1)
      }
    },
  )
  it.each(['1.0.0', '7.0.2004', '1.0.0-beta.1', 'npm:@b/c@1.0.0'])('%s is exact', (version) => {
    expect(loose('dependencies', 'a', version)).toEqual([])
  })
  it('peers are ranges', () => expect(loose('peerDependencies', 'express', '^5.0.0')).toEqual([]))
  it('hazelcast-client has one range, and no other', () => {
    expect(loose('dependencies', 'hazelcast-client', '~5.6.0')).toEqual([])
    expect(loose('dependencies', 'hazelcast-client', '5.6.0')).toEqual([expect.stringContaining('is not ~5.6.0')])
  })
})
