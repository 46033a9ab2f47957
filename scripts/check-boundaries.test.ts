import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { checkBoundaries } from './check-boundaries.mjs'

const REACHES_IN = 'no import reaches into another package'
const FRAMEWORK = 'core knows no framework'
const CLIENT = 'hazelcast-client is imported in packages/core/src/hazelcast only'
const CONFORMANCE = 'only tests import conformance'
const MEMBER = 'core loads member by `await import()` only'
const DIRECTION = 'dependencies point one way: apps, e2e, benchmarks -> adapters, cli -> core'
const DECLARED = 'every import is declared by the package that ships it'
const ROLE = 'every package has a place in the dependency direction'

type Tree = Record<string, string | object>

const ours = (name: string) => `@hazelcast-session/${name}`
const manifest = (name: string, dependencies: string[] = [], more: object = {}) => ({
  name: ours(name),
  dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, '1.0.0'])),
  ...more,
})

/** A tree that breaks no rule and has every edge the direction allows. */
const SOUND: Tree = {
  'package.json': { devDependencies: { vitest: '1.0.0', 'hazelcast-client': '~5.6.0' } },
  'packages/core/package.json': manifest('core', ['hazelcast-client', 'zod', ours('member')]),
  'packages/core/src/index.ts': [
    "import { readFileSync } from 'node:fs'",
    "import { z } from 'zod'",
    "export * from './hazelcast/store.ts'",
    `const { start } = await import('${ours('member')}')`,
  ].join('\n'),
  'packages/core/src/hazelcast/store.ts': "import { Client } from 'hazelcast-client'",
  'packages/core/test/index.test.ts': [
    "import { it } from 'vitest'",
    `import { describeRecordStore } from '${ours('conformance')}'`,
    `import { start } from '${ours('member')}'`,
    "import '../src/index.ts'",
  ].join('\n'),
  'packages/core/test/store.integration.test.ts': "import { Client } from 'hazelcast-client'",
  'packages/member/package.json': manifest('member'),
  'packages/member/src/index.ts': "import { spawn } from 'child_process'",
  'packages/conformance/package.json': manifest('conformance', [ours('core'), 'vitest']),
  'packages/conformance/src/index.ts': `import type { RecordStore } from '${ours('core')}'\nimport 'vitest'`,
  'packages/express/package.json': manifest('express', [ours('core')], {
    peerDependencies: { 'express-session': '1' },
    devDependencies: { [ours('conformance')]: '1.0.0', express: '5.0.0' },
  }),
  'packages/express/src/index.ts': `import { SessionManager } from '${ours('core')}'\nimport 'express-session'`,
  'packages/express/test/adapter.test.ts': `import '${ours('conformance')}'\nimport 'express'`,
  'packages/koa/package.json': manifest('koa', [ours('core')]),
  'packages/cli/package.json': manifest('cli', [ours('core'), ours('member')]),
  'packages/cli/src/index.ts': `import '${ours('core')}'\nimport '${ours('member')}'`,
  'apps/shop/package.json': manifest('shop', [], { private: true }),
  'apps/shop/src/page.ts': "import 'node:url'",
  'apps/express/package.json': manifest('app-express', [ours('express'), ours('shop'), 'express'], { private: true }),
  'apps/express/src/server.ts': `import '${ours('express')}'\nimport '${ours('shop')}'\nimport 'express'`,
  'e2e/package.json': manifest('e2e', [ours('app-express')], { private: true }),
  'e2e/scenarios/kill.test.ts': `import '${ours('conformance')}'\nimport '${ours('express')}'\nimport '../harness/member.ts'`,
  'benchmarks/bench.ts': `import '${ours('koa')}'`,
}

const roots: string[] = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true })
})

function plant(changes: Tree): string {
  const root = mkdtempSync(join(tmpdir(), 'boundaries-'))
  roots.push(root)
  for (const [path, content] of Object.entries({ ...SOUND, ...changes })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content, null, 2))
  }
  return root
}

const broken = (changes: Tree) =>
  checkBoundaries(plant(changes)).violations.map(({ file, line, names, rule }) => ({
    at: `${file}:${line}`,
    names,
    rule,
  }))

const run = (root: string) =>
  spawnSync(process.execPath, [join(import.meta.dirname, 'check-boundaries.mjs'), root], { encoding: 'utf8' })

describe('a sound tree', () => {
  it('passes', () => expect(broken({})).toEqual([]))
  it('is what this repository is', () => {
    const { violations, files } = checkBoundaries(join(import.meta.dirname, '..'))
    expect(violations).toEqual([])
    expect(files).toBeGreaterThan(0)
  })
  it('does not take a comment or a string for an import', () => {
    expect(
      broken({ 'packages/member/src/a.ts': `// import '${ours('core')}'\nconst a = "import '${ours('core')}'"` }),
    ).toEqual([])
  })
})

describe('every way to name a module is seen', () => {
  it.each([
    ['import', `import { a } from 'koa'`],
    ['import for its effect', `import 'koa'`],
    ['import type', `import type { A } from 'koa'`],
    ['export from', `export { a } from 'koa'`],
    ['export type from', `export type { A } from 'koa'`],
    ['export all', `export * from 'koa'`],
    ['dynamic import', `const a = await import('koa')`],
    ['dynamic import of a template', 'const a = await import(`koa`)'],
    ['import() type', `type A = import('koa').A`],
    ['typeof import()', `let a: typeof import('koa')`],
    ['import equals', `import a = require('koa')`],
    ['require', `const a = require('koa')`],
    ['a subpath', `import 'koa/router'`],
  ])('%s', (_, line) => {
    expect(broken({ 'packages/core/src/a.ts': `\n${line}\n` })).toEqual([
      { at: 'packages/core/src/a.ts:2', names: expect.stringMatching(/^koa/), rule: FRAMEWORK },
    ])
  })
  it.each(['a.mts', 'a.cts', 'a.tsx', 'a.js', 'a.mjs', 'a.cjs', 'a.jsx', 'a.d.ts'])('in %s', (name) => {
    const line = name === 'a.cjs' ? `require('koa')` : `import 'koa'`
    expect(broken({ [`packages/core/src/${name}`]: line })).toHaveLength(1)
  })
})

describe('a violation', () => {
  it.each([
    ['an adapter imports another', 'packages/express/src/a.ts', ours('koa'), DIRECTION],
    ['an adapter test imports another', 'packages/express/test/a.test.ts', ours('koa'), DIRECTION],
    ['an adapter imports member', 'packages/express/src/a.ts', ours('member'), DIRECTION],
    ['an adapter imports cli', 'packages/express/src/a.ts', ours('cli'), DIRECTION],
    ['core imports an adapter', 'packages/core/src/a.ts', ours('express'), DIRECTION],
    ['core imports cli', 'packages/core/src/a.ts', ours('cli'), DIRECTION],
    ['core tests import an adapter', 'packages/core/test/a.test.ts', ours('express'), DIRECTION],
    ['member imports core', 'packages/member/src/a.ts', ours('core'), DIRECTION],
    ['cli imports an adapter', 'packages/cli/src/a.ts', ours('express'), DIRECTION],
    ['conformance imports an adapter', 'packages/conformance/src/a.ts', ours('express'), DIRECTION],
    ['conformance imports member', 'packages/conformance/src/a.ts', ours('member'), DIRECTION],
    ['an app imports an app', 'apps/koa/src/a.ts', ours('app-express'), DIRECTION],
    ['what apps share imports a package', 'apps/shop/src/a.ts', ours('core'), DIRECTION],
    ['a package imports what apps share', 'packages/express/src/a.ts', ours('shop'), DIRECTION],
    ['a package imports an app', 'packages/express/src/a.ts', ours('app-express'), DIRECTION],
    ['an adapter imports e2e', 'packages/express/test/a.test.ts', ours('e2e'), DIRECTION],
    ['one of ours that does not exist', 'packages/express/src/a.ts', ours('cores'), DIRECTION],
    ['core imports member statically', 'packages/core/src/a.ts', ours('member'), MEMBER],
    ['core ships conformance', 'packages/core/src/a.ts', ours('conformance'), CONFORMANCE],
    ['an adapter ships conformance', 'packages/express/src/a.ts', ours('conformance'), CONFORMANCE],
    ['an app imports conformance', 'apps/express/src/a.ts', ours('conformance'), CONFORMANCE],
    ['benchmarks import conformance', 'benchmarks/a.ts', ours('conformance'), CONFORMANCE],
    ['hazelcast-client elsewhere in core', 'packages/core/src/a.ts', 'hazelcast-client', CLIENT],
    ['hazelcast-client in a unit test of core', 'packages/core/test/a.test.ts', 'hazelcast-client', CLIENT],
    ['hazelcast-client in an adapter', 'packages/express/src/a.ts', 'hazelcast-client', CLIENT],
    ['express in core', 'packages/core/src/a.ts', 'express', FRAMEWORK],
    ['express-session in core', 'packages/core/src/a.ts', 'express-session', FRAMEWORK],
    ['fastify in core', 'packages/core/src/hazelcast/a.ts', 'fastify', FRAMEWORK],
    ['a fastify plugin in core', 'packages/core/src/a.ts', '@fastify/session', FRAMEWORK],
    ['next in core', 'packages/core/src/a.ts', 'next/headers', FRAMEWORK],
    ['a framework in a test of core', 'packages/core/test/a.test.ts', 'express', FRAMEWORK],
    ['a deep import of src', 'packages/express/src/a.ts', ours('core/src/session.ts'), REACHES_IN],
    ['a deep import of dist', 'e2e/a.test.ts', ours('core/dist/session.js'), REACHES_IN],
    ['a relative import of another package', 'packages/express/src/a.ts', '../../core/src/index.ts', REACHES_IN],
    ['a relative import from e2e', 'e2e/scenarios/a.test.ts', '../../packages/core/src/index.ts', REACHES_IN],
    ['an undeclared library', 'packages/core/src/a.ts', 'lodash', DECLARED],
    ['a devDependency in what is shipped', 'packages/express/src/a.ts', 'express', DECLARED],
    ['an undeclared library in a test', 'packages/core/test/a.test.ts', 'lodash', DECLARED],
    ['an undeclared library in an app', 'apps/express/src/a.ts', 'lodash', DECLARED],
    ['its framework, undeclared', 'packages/koa/src/a.ts', 'koa', DECLARED],
  ])('%s', (_, file, specifier, rule) => {
    expect(broken({ [file]: `import '${specifier}'` })).toEqual([{ at: `${file}:1`, names: specifier, rule }])
  })

  it('one of ours, allowed but not declared', () => {
    const tree = { 'packages/koa/package.json': manifest('koa'), 'packages/koa/src/a.ts': `import '${ours('core')}'` }
    expect(broken(tree)).toEqual([{ at: 'packages/koa/src/a.ts:1', names: ours('core'), rule: DECLARED }])
  })
  it('a type of member in core', () => {
    expect(broken({ 'packages/core/src/a.ts': `type M = import('${ours('member')}').Member` })).toMatchObject([
      { rule: MEMBER },
    ])
  })
  it('a package without a role', () => {
    expect(broken({ 'packages/hapi/package.json': manifest('hapi') })).toMatchObject([
      { names: 'packages/hapi', rule: ROLE },
    ])
  })
})

describe('a package.json that declares what it may not import', () => {
  it.each([
    ['an adapter on another', 'packages/express', 'express', 'dependencies', ours('koa'), DIRECTION],
    ['an adapter on another, for tests', 'packages/express', 'express', 'devDependencies', ours('koa'), DIRECTION],
    ['core on an adapter', 'packages/core', 'core', 'peerDependencies', ours('express'), DIRECTION],
    ['member on core', 'packages/member', 'member', 'optionalDependencies', ours('core'), DIRECTION],
    ['cli on an adapter', 'packages/cli', 'cli', 'dependencies', ours('express'), DIRECTION],
    ['core on a framework', 'packages/core', 'core', 'devDependencies', 'express', FRAMEWORK],
    ['core on the types of one', 'packages/core', 'core', 'devDependencies', '@types/express', FRAMEWORK],
    ['an adapter ships conformance', 'packages/koa', 'koa', 'dependencies', ours('conformance'), CONFORMANCE],
  ])('%s', (_, folder, name, section, dependency, rule) => {
    const content = { name: ours(name), [section]: { [dependency]: '1.0.0' } }
    const tree = {
      [`${folder}/package.json`]: content,
      [`${folder}/src/index.ts`]: '',
      [`${folder}/src/hazelcast/store.ts`]: '',
    }
    expect(broken(tree)).toContainEqual({ at: `${folder}/package.json:4`, names: dependency, rule })
  })
})

describe('the command', () => {
  it('names file, line, import, rule and what to do, and fails', () => {
    const { status, stderr } = run(plant({ 'packages/express/src/a.ts': `\nimport '${ours('koa')}'` }))
    expect(status).toBe(1)
    expect(stderr).toContain(`packages/express/src/a.ts:2  ${ours('koa')}`)
    expect(stderr).toContain(`rule:  ${DIRECTION}`)
    expect(stderr).toContain('to do: move the shared code to core')
  })
  it('fails on a file it cannot read', () => {
    const { status, stderr } = run(plant({ 'packages/core/src/a.ts': 'import {' }))
    expect(status).toBe(1)
    expect(stderr).toContain('packages/core/src/a.ts')
  })
  it('succeeds on a sound tree', () => expect(run(plant({})).status).toBe(0))
})
