import { describe } from 'vitest'
import { playOn } from '../acts/other-framework.ts'
import { canStartMembers } from '../harness/requirements.ts'

describe.skipIf(!canStartMembers)('a worker on Fastify', () => {
  playOn(() => ({ framework: 'fastify' }))
})
