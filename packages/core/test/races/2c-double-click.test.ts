import { describe, expect, it } from 'vitest'
import { ID, codeOf, cookieOf, requestStand } from '../http/request-stand.ts'

describe('A log-in that is clicked twice', () => {
  it('is refused the second time once the first has been shown: its cookie stays', async () => {
    const { arrive, clock, stored } = requestStand()
    await clock.until(stored())
    const first = await arrive(cookieOf(`${ID}.w1`))
    await clock.until(first.request.session!.signIn('ann', 'HZNEW'))
    await arrive(cookieOf('HZNEW.w1'))
    const second = await arrive(cookieOf(`${ID}.w1`))
    expect(second.request.session).toBeUndefined()
    expect(codeOf(() => second.request.assertMaySignIn())).toBe('SESSION_RENAMED')
    expect(second.answered).toEqual([])
  })

  it('before that leads to two logged-in sessions with the data, of which the browser has either', async () => {
    const { arrive, clock, stored } = requestStand()
    await clock.until(stored())
    for (const id of ['HZONE', 'HZTWO']) {
      const { request } = await arrive(cookieOf(`${ID}.w1`))
      await clock.until(request.session!.signIn('ann', id))
    }
    for (const id of ['HZTWO', 'HZONE']) {
      const { request } = await arrive(cookieOf(`${id}.w1`))
      expect(request.session).toMatchObject({ principal: 'ann' })
      expect(request.session?.data).toEqual({ a: 1 })
    }
  })

  it('where both loaded the old session, is refused for whoever comes after the first was shown', async () => {
    const { arrive, clock, stored } = requestStand()
    await clock.until(stored())
    const slow = await arrive(cookieOf(`${ID}.w1`))
    const fast = await arrive(cookieOf(`${ID}.w1`))
    await clock.until(fast.request.session!.signIn('ann', 'HZONE'))
    await arrive(cookieOf('HZONE.w1'))
    await expect(clock.until(slow.request.session!.signIn('ann', 'HZTWO'))).rejects.toMatchObject({
      code: 'SESSION_RENAMED',
    })
    expect((await arrive(cookieOf('HZTWO.w1'))).request.session).toBeUndefined()
  })
})
