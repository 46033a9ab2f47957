import { locateJar, locateJava, startMember } from '@hazelcast-session/member'
import type { Member } from '@hazelcast-session/member'
import { Client } from 'hazelcast-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mutatedCopy } from './mutated-copy.ts'
import { MUTANTS } from './mutants.ts'
import type * as realSearchModule from './real-search.ts'
import { searchReal } from './real-search.ts'
import type { RealSearchOptions } from './real-search.ts'
import { silentLogger } from './world.ts'

const runs = Number(process.env['HZ_SEARCH_RUNS'] ?? 120)
const seed = Number(process.env['HZ_SEARCH_SEED'] ?? 20_261_121)
const CONFIGURED = 'configured_sessions'
const STOCK = 'stock_sessions'

/** Without Java or a jar the reason is written out; in CI, where nobody would notice, it is an error. */
async function obstacle(): Promise<string | undefined> {
  try {
    await Promise.all([locateJava(), locateJar()])
    return undefined
  } catch (error) {
    if (process.env['CI'] === 'true') throw error
    return String(error)
  }
}

const reason = await obstacle()
if (reason !== undefined) process.stderr.write(`The search on a real member is skipped. ${reason}\n`)

describe.skipIf(reason !== undefined)('on a real member', () => {
  let member: Member
  let client: Client

  beforeAll(async () => {
    // A map that is not described is a stock map, whose replaced entries live for ever.
    member = await startMember({ log: silentLogger, port: 5771, maps: { [CONFIGURED]: {} } })
    client = await Client.newHazelcastClient({
      clusterName: member.clusterName,
      network: { clusterMembers: [member.address] },
      properties: { 'hazelcast.logging.level': 'OFF' },
    })
  })

  afterAll(async () => {
    await client?.shutdown()
    await member?.stop()
  })

  function options(mapName: string, number: number): RealSearchOptions {
    const { address, clusterName } = member
    const lifeOf = async (key: string): Promise<number | undefined> => {
      const map = await client.getMap<string, unknown>(mapName)
      const view = await map.getEntryView(key)
      if (!view) return undefined
      const ttl = view.ttl.toNumber()
      return ttl > Number.MAX_SAFE_INTEGER ? Infinity : ttl / 1000
    }
    return { address, clusterName, mapName, runs: number, seed, lifeOf }
  }

  test.for([CONFIGURED, STOCK])('no interleaving breaks a promise on a real member (%s)', async (mapName) => {
    const { runs: done, counterexample } = await searchReal(options(mapName, runs))
    if (counterexample !== undefined) throw new Error(counterexample)
    expect(done).toBe(runs)
  })

  test('on a real stock map the search finds it when a live entry gets no time to live', async ({ onTestFinished }) => {
    const mutant = MUTANTS.find(({ file }) => file.endsWith('hazelcast-record-store.ts'))!
    const copy = await mutatedCopy(mutant)
    onTestFinished(() => copy.remove())
    const mutated = (await import(copy.search.replace('search.ts', 'real-search.ts'))) as typeof realSearchModule

    const { counterexample } = await mutated.searchReal({ ...options(STOCK, 16), seed: seed + 1, patience: 1000 })

    expect(counterexample).toContain('stays on the member for ever')
  })
})
