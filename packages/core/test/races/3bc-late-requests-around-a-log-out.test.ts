import { describe, expect, it } from 'vitest'
import { ID, codeOf, cookieOf, requestStand } from '../http/request-stand.ts'

describe('A slow change that began before a log-out', () => {
  it('is dropped, and its answer has no cookie, whatever log-in came meanwhile', async () => {
    const { arrive, clock, manager, stored } = requestStand()
    const late: unknown[] = []
    manager.on('lateWrite', ({ names }) => late.push(...names))
    await clock.until(stored())
    const slow = await arrive(cookieOf(`${ID}.w1`))
    slow.request.session!.data['slow'] = true
    await clock.until(manager.end(ID))
    const login = await arrive(cookieOf(`${ID}.w1`))
    login.request.assertMaySignIn()
    const session = manager.create({ id: 'HZNEW' })
    await clock.until(session.signIn('ann', 'HZANN'))
    await expect(clock.until(slow.request.session!.save())).rejects.toMatchObject({ code: 'SESSION_ENDED' })
    expect(slow.answered).toEqual([])
    expect(late).toEqual(['slow'])
    expect((await arrive(cookieOf(`${ID}.w1`))).request.session).toBeUndefined()
    expect((await arrive(cookieOf('HZANN.w1'))).request.session?.data).toEqual({})
  })

  it('cannot log in with what was in the session', async () => {
    const { arrive, clock, manager, stored } = requestStand()
    await clock.until(stored())
    const slow = await arrive(cookieOf(`${ID}.w1`))
    await clock.until(manager.end(ID))
    await expect(clock.until(slow.request.session!.signIn('ann', 'HZANN'))).rejects.toMatchObject({
      code: 'SESSION_ENDED',
    })
    expect((await arrive(cookieOf('HZANN.w1'))).request.session).toBeUndefined()
  })
})

describe('A change that comes with the id of a session that was logged out a moment ago', () => {
  it('is refused and sets no cookie, so that the log-in after it stays', async () => {
    const { arrive, clock, manager, stored } = requestStand()
    await clock.until(stored())
    await clock.until(manager.end(ID))
    const { request, answered } = await arrive(cookieOf(`${ID}.w1`))
    expect(request.session).toBeUndefined()
    expect(codeOf(() => request.assertNotRefused())).toBe('SESSION_ENDED')
    expect(answered).toEqual([])
  })

  it('begins a session of its own when that is no longer a moment ago', async () => {
    const { arrive, clock, manager, stored } = requestStand()
    await clock.until(stored())
    await clock.until(manager.end(ID))
    await clock.advance(30_000)
    const { request } = await arrive(cookieOf(`${ID}.w1`))
    expect(codeOf(() => request.assertNotRefused())).toBeUndefined()
  })
})
