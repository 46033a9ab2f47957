import { describe, expect, it } from 'vitest'
import { ID, codeOf, cookieOf, requestStand } from './request-stand.ts'

const RECENT = 30_000

describe('A request with the id of a session whose id was just changed', () => {
  it('has no session, may change none, and may not sign in', async () => {
    const { arrive, manager, stored } = requestStand()
    await stored()
    await manager.end(ID, 'renamed')
    const { request } = await arrive(cookieOf(`${ID}.w1`))
    expect(request.session).toBeUndefined()
    expect(request.refusal).toBe('renamed')
    expect(request.hasEnded).toBe(true)
    expect(codeOf(() => request.assertNotRefused())).toBe('SESSION_RENAMED')
    expect(codeOf(() => request.assertMaySignIn())).toBe('SESSION_RENAMED')
    expect(request.refusal).toBe('renamed')
  })
})

describe('A request with the id of a session that was just ended', () => {
  it('has no session and may change none', async () => {
    const { arrive, manager, stored } = requestStand()
    await stored()
    await manager.end(ID)
    const { request } = await arrive(cookieOf(`${ID}.w1`))
    expect(request.session).toBeUndefined()
    expect(request.refusal).toBe('invalidated')
    expect(codeOf(() => request.assertNotRefused())).toBe('SESSION_ENDED')
  })

  it('may sign in, and may do everything then', async () => {
    const { arrive, manager, stored } = requestStand()
    await stored()
    await manager.end(ID)
    const { request } = await arrive(cookieOf(`${ID}.w1`))
    expect(codeOf(() => request.assertMaySignIn())).toBeUndefined()
    expect(request.refusal).toBeUndefined()
    expect(codeOf(() => request.assertNotRefused())).toBeUndefined()
  })

  it('is told without the id', async () => {
    const { arrive, manager, stored } = requestStand()
    await stored()
    await manager.end(ID)
    const { request } = await arrive(cookieOf(`${ID}.w1`))
    expect(() => request.assertNotRefused()).toThrow(new RegExp(`^(?!.*${ID})`))
  })
})

describe('A request with the id of a session that ended', () => {
  it.each([['renamed'], ['invalidated']] as const)('%s 30 s ago begins anew, and not earlier', async (reason) => {
    const { arrive, clock, manager, stored } = requestStand()
    await stored()
    await manager.end(ID, reason)
    await clock.advance(RECENT - 1)
    expect((await arrive(cookieOf(`${ID}.w1`))).request.refusal).toBe(reason)
    await clock.advance(1)
    const { request } = await arrive(cookieOf(`${ID}.w1`))
    expect(request.refusal).toBeUndefined()
    expect(request.hasEnded).toBe(true)
    expect(codeOf(() => request.assertNotRefused())).toBeUndefined()
  })

  it.each([['expired'], ['revoked']] as const)(
    'as %s begins anew: no answer tells the browser of it',
    async (reason) => {
      const { arrive, manager, stored } = requestStand()
      await stored()
      await manager.end(ID, reason)
      const { request } = await arrive(cookieOf(`${ID}.w1`))
      expect(request.refusal).toBeUndefined()
      expect(request.hasEnded).toBe(true)
      expect(request.session).toBeUndefined()
    },
  )

  it('by expiry alone has no session', async () => {
    const { arrive, clock, stored } = requestStand({ maxInactiveInterval: 10 })
    await stored()
    await clock.advance(60_000)
    const { request } = await arrive(cookieOf(`${ID}.w1`))
    expect(request.session).toBeUndefined()
    expect(request.refusal).toBeUndefined()
  })

  it('on a third worker is refused as well', async () => {
    const { arrive, manager, other, stored } = requestStand()
    await stored()
    await manager.end(ID)
    const { request } = await arrive(cookieOf(`${ID}.w1`), other({ workerName: 'w3' }))
    expect(request.refusal).toBe('invalidated')
  })

  it('just while its change of id was completed is found to have ended, and is no failure', async () => {
    const { arrive, manager, other, store, stored } = requestStand()
    const session = await stored()
    await session.changeId('HZNEW')
    const w2 = other()
    // Loads of the new record and the old one; then somebody logs out, and the take-over finds the marker.
    store.next('load', 'works', () => manager.end('HZNEW'))
    const { request } = await arrive(cookieOf('HZNEW.w1'), w2)
    expect(request.hasFailed).toBe(false)
    expect(request.session).toBeUndefined()
    expect(request.refusal).toBe('invalidated')
  })
})
