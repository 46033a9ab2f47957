import { describe, expect, it } from 'vitest'
import { ID, NAME, cookieOf, requestStand } from './request-stand.ts'

const flags = { path: '/', httpOnly: false, secure: true, maxAge: 60, expires: new Date(0) }

describe('With a route cookie', () => {
  const options = { routeCookie: 'hzroute' }

  it('the session cookie has no worker, and the route cookie its name and no end of its own', async () => {
    const { arrive, manager } = requestStand(options)
    const { request, answered, values } = await arrive(undefined)
    request.issue(manager.create({ id: ID }), flags)
    expect(values()).toEqual({ [NAME]: ID, hzroute: 'w1' })
    expect(answered[1]).toEqual({ name: 'hzroute', value: 'w1', flags: { path: '/', httpOnly: true, secure: true } })
  })

  it('nothing is written for a session at its worker', async () => {
    const { arrive, stored } = requestStand(options)
    const session = await stored()
    const { request, answered } = await arrive(`${cookieOf(ID)}; hzroute=w1`)
    expect(request.isReissueDue(session)).toBe(false)
    expect(request.isRouteDue).toBe(false)
    request.issueRoute(flags)
    expect(answered).toEqual([])
  })

  it.each([['hzroute=w2'], ['hzroute=<script>'], ['other=w1']])('a take-over writes that alone: %s', async (route) => {
    const { arrive, manager, stored } = requestStand(options)
    const taken: string[] = []
    manager.on('takenOver', ({ session }) => taken.push(session.id))
    const session = await stored()
    const { request, values } = await arrive(`${cookieOf(ID)}; ${route}`)
    expect(request.isReissueDue(session)).toBe(false)
    expect(request.isRouteDue).toBe(true)
    request.issueRoute(flags)
    expect(values()).toEqual({ hzroute: 'w1' })
    expect(taken).toEqual(route.startsWith('hzroute') ? [ID] : [])
  })

  it('a cookie of before loses its worker', async () => {
    const { arrive, stored } = requestStand(options)
    const session = await stored()
    const { request, values } = await arrive(cookieOf(`${ID}.w1`))
    expect(request.isReissueDue(session)).toBe(true)
    request.issue(session, flags)
    expect(values()).toEqual({ [NAME]: ID, hzroute: 'w1' })
  })

  it('what the route cookie says counts, and not what is left of a suffix', async () => {
    const { arrive, manager, stored } = requestStand(options)
    const taken: string[] = []
    manager.on('takenOver', ({ session }) => taken.push(session.id))
    await stored()
    await arrive(`${cookieOf(`${ID}.w2`)}; hzroute=w1`)
    expect(taken).toEqual([])
  })

  it('a worker that drains binds nobody', async () => {
    const { arrive, manager, stored } = requestStand(options)
    const session = await stored()
    manager.drain()
    const { request, values } = await arrive(`${cookieOf(ID)}; hzroute=w2`)
    expect(request.isReissueDue(session)).toBe(false)
    expect(request.isRouteDue).toBe(false)
    request.issue(session, flags)
    expect(values()).toEqual({ [NAME]: ID })
  })

  it('there is none where requests go anywhere', async () => {
    const { arrive, manager } = requestStand({ ...options, sticky: false })
    const { request, values } = await arrive(undefined)
    expect(request.isRouteDue).toBe(false)
    request.issue(manager.create({ id: ID }), flags)
    expect(values()).toEqual({ [NAME]: ID })
  })
})

describe('A worker that drains', () => {
  it('gives its own sessions a cookie without a worker', async () => {
    const { arrive, manager, stored } = requestStand()
    const session = await stored()
    manager.drain()
    const { request, values } = await arrive(cookieOf(`${ID}.w1`))
    expect(request.isReissueDue(session)).toBe(true)
    request.issue(session, flags)
    expect(values()).toEqual({ [NAME]: ID })
  })

  it('leaves the cookie of another worker alone, and takes nothing over', async () => {
    const { arrive, manager, stored } = requestStand()
    const taken: unknown[] = []
    manager.on('takenOver', (event) => taken.push(event))
    const session = await stored()
    manager.drain()
    const { request } = await arrive(cookieOf(`${ID}.w2`))
    expect(request.session?.data).toEqual({ a: 1 })
    expect(request.isReissueDue(session)).toBe(false)
    expect(taken).toEqual([])
  })

  it('writes a cookie of another worker, where it must, for that worker', async () => {
    const { arrive, manager, stored } = requestStand()
    const session = await stored()
    manager.drain()
    const { request, values } = await arrive(cookieOf(`${ID}.w2`, 'old secret'))
    expect(request.isReissueDue(session)).toBe(true)
    request.issue(session, flags)
    expect(values()).toEqual({ [NAME]: `${ID}.w2` })
  })

  it('begins sessions that are bound to nobody, whatever worker the request came for', async () => {
    const { arrive, manager } = requestStand()
    manager.drain()
    const { request, values } = await arrive(cookieOf(`${ID}.w2`))
    const session = manager.create()
    request.issue(session, flags)
    expect(values()).toEqual({ [NAME]: session.id })
  })
})
