import { describe } from 'vitest'
import { playOn } from '../acts/other-framework.ts'
import { canStartMembers } from '../harness/requirements.ts'
import { SHOP_ON_EXPRESS_4 } from '../harness/worker.ts'

describe.skipIf(!canStartMembers)('a worker on Express 4', () => {
  playOn(({ door }) => ({ program: SHOP_ON_EXPRESS_4, env: { SHOP_DOOR: door } }))
})
