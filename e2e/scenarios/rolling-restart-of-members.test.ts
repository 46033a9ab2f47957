import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { LifeGoesOn } from '../acts/life-goes-on.ts'
import { BUDGET } from '../harness/budget.ts'
import { ManagerStage } from '../harness/manager-stage.ts'
import type { MemberGroup } from '../harness/member-group.ts'
import { canStartMembers } from '../harness/requirements.ts'

const MAPS = { session_replication: {}, stock: { stock: true } } as const
/** Ms of life before the first member goes, and after the second one is back. */
const CALM = 1000

describe.skipIf(!canStartMembers)('while members are restarted in order, one after the other, under load', () => {
  const stage = new ManagerStage()
  let members: MemberGroup
  beforeAll(async () => {
    members = await stage.members({ size: 2, maps: MAPS })
  })

  test('nothing that was acknowledged is lost, and every end is told of once, on either map', async () => {
    const lives = await Promise.all(
      Object.keys(MAPS).map(async (mapName) => {
        const options = { mapName, touchAfter: 0, cleanUpPeriod: 2, operationTimeout: BUDGET }
        return LifeGoesOn.begin([await stage.manager(members, options), await stage.manager(members, options)])
      }),
    )
    await pause(CALM)
    await members.restart(0)
    await members.restart(1)
    await pause(CALM)
    const problems: string[] = []
    for (const life of lives) problems.push(...(await life.end()))
    expect(problems).toEqual([])
  })
})
