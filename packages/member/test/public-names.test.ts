import { expect, test } from 'vitest'

test('the package has these public values and no others', async () => {
  const names = Object.keys(await import('@hazelcast-session/member'))
  expect(names.toSorted()).toEqual(['MemberError', 'keepMember', 'locateJar', 'locateJava', 'startMember'])
})
