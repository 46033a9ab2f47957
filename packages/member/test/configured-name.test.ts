import { expect, test } from 'vitest'
import { configuredClusterName } from '../src/configured-name.ts'

test.each([
  ['hazelcast:\n  cluster-name: shop\n  network: {}', 'shop'],
  ['hazelcast:\n  cluster-name: "my shop" # the name', 'my shop'],
  ["hazelcast: { 'cluster-name': 'shop', network: {} }", 'shop'],
  ['hazelcast: {"cluster-name": "shop"}', 'shop'],
  ['hazelcast:\n  # cluster-name: old\n  cluster-name: new', 'new'],
  ['hazelcast:\n  network: {}', 'dev'],
  ['<hazelcast><cluster-name> shop </cluster-name></hazelcast>', 'shop'],
  ['<hazelcast><!-- <cluster-name>old</cluster-name> --><cluster-name>new</cluster-name></hazelcast>', 'new'],
  ['<hazelcast></hazelcast>', 'dev'],
  ['hazelcast:\n  cluster-name: ${name}', undefined],
  ['<hazelcast><cluster-name>shop-${stage}</cluster-name></hazelcast>', undefined],
])('%s', (text, name) => {
  expect(configuredClusterName(text)).toBe(name)
})
