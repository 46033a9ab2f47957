import { describe, expect, it } from 'vitest'
import { ID, NAME, codeOf, cookieOf, requestStand } from './request-stand.ts'

const OTHER = 'HZFEDCBA9876543210FEDCBA9876543210'
const flags = { path: '/', httpOnly: true }

describe('A request', () => {
  it('without a cookie asks the store nothing and has no session', async () => {
    const { arrive, store } = requestStand()
    const { request } = await arrive(undefined)
    expect(request.session).toBeUndefined()
    expect(request.presentedId).toBeUndefined()
    expect(store.calls).toEqual([])
  })

  it('with a cookie that nobody signed asks the store nothing', async () => {
    const { arrive, store } = requestStand()
    const { request } = await arrive(`${NAME}=s%3A${ID}.forged`)
    expect(request.presentedId).toBeUndefined()
    expect(store.calls).toEqual([])
  })

  it('has the session of its cookie, by one load', async () => {
    const { arrive, store, stored } = requestStand()
    await stored()
    store.takeCalls()
    const { request } = await arrive(cookieOf(`${ID}.w1`))
    expect(request.session?.data).toEqual({ a: 1 })
    expect(request.session?.id).toBe(ID)
    expect(request.presentedId).toBe(ID)
    expect(store.calls).toEqual(['load'])
  })

  it('with several cookies has the session of the first that verifies, and of no other', async () => {
    const { arrive, stored } = requestStand()
    await stored()
    await stored(OTHER, { b: 2 })
    const header = [`${NAME}=s%3A${OTHER}.forged`, cookieOf(`${ID}.w1`), cookieOf(`${OTHER}.w1`)].join('; ')
    expect((await arrive(header)).request.session?.data).toEqual({ a: 1 })
  })

  it('with the id of no session has none, and never gets that id', async () => {
    const { arrive } = requestStand()
    const { request } = await arrive(cookieOf(`${ID}.w1`))
    expect(request.session).toBeUndefined()
    expect(request.refusal).toBeUndefined()
    expect(request.presentedId).toBe(ID)
  })

  it.each([[''], ['x'.repeat(300)], ['.'], ['..'], ['.w1']])('with the strange id %j has none', async (id) => {
    const { arrive } = requestStand()
    const { request } = await arrive(cookieOf(id))
    expect(request.session).toBeUndefined()
    expect(request.hasFailed).toBe(false)
  })

  it('whose load fails learns of it only when it asks for the session', async () => {
    const { arrive, store, stored } = requestStand()
    await stored()
    store.always('offline')
    const { request } = await arrive(cookieOf(`${ID}.w1`))
    expect(request.hasFailed).toBe(true)
    expect(request.presentedId).toBe(ID)
    expect(codeOf(() => request.session)).toBe('STORE_UNAVAILABLE')
    expect(codeOf(() => request.assertNotRefused())).toBeUndefined()
  })

  it('whose load hangs fails within the budget', async () => {
    const { arrive, clock, store, stored } = requestStand()
    await stored()
    store.always('hangs')
    const begin = clock.now()
    const { request } = await arrive(cookieOf(`${ID}.w1`))
    expect(codeOf(() => request.session)).toBe('STORE_UNAVAILABLE')
    expect(clock.now() - begin).toBe(2000)
  })
})

describe('The id in a cookie', () => {
  it.each([
    ['w1', `${ID}.w1`],
    ['another worker', `${ID}.w2`],
    ['no worker', ID],
    ['a name that no worker can have', `${ID}.<script>`],
  ])('is found behind %s', async (_, value) => {
    const { arrive, stored } = requestStand()
    await stored()
    const { request } = await arrive(cookieOf(value))
    expect(request.session?.id).toBe(ID)
  })

  it('of another maker may have a dot of its own', async () => {
    const { arrive, manager, stored } = requestStand()
    const taken: string[] = []
    manager.on('takenOver', ({ session }) => taken.push(session.id))
    await stored('made.elsewhere')
    const { request, values } = await arrive(cookieOf('made.elsewhere'))
    expect(request.session?.id).toBe('made.elsewhere')
    expect(request.presentedId).toBe('made.elsewhere')
    expect(request.isReissueDue(request.session!)).toBe(true)
    request.issue(request.session!, flags)
    expect(values()).toEqual({ [NAME]: 'made.elsewhere.w1' })
    expect(taken).toEqual([])
  })

  it('of another maker is found behind a worker as well', async () => {
    const { arrive, stored } = requestStand()
    await stored('made.elsewhere')
    const { request } = await arrive(cookieOf('made.elsewhere.w1'))
    expect(request.session?.id).toBe('made.elsewhere')
    expect(request.isReissueDue(request.session!)).toBe(false)
  })
})

describe('The cookie', () => {
  it('of this worker is not written again', async () => {
    const { arrive, stored } = requestStand()
    const session = await stored()
    expect((await arrive(cookieOf(`${ID}.w1`))).request.isReissueDue(session)).toBe(false)
  })

  it.each([
    ['signed by an old secret', cookieOf(`${ID}.w1`, 'old secret')],
    ['of another worker', cookieOf(`${ID}.w2`)],
    ['without a worker', cookieOf(ID)],
    ['of a name that no worker can have', cookieOf(`${ID}.<script>`)],
  ])('%s is written again, for this worker', async (_, header) => {
    const { arrive, stored } = requestStand()
    const session = await stored()
    const { request, answered, values } = await arrive(header)
    expect(request.isReissueDue(session)).toBe(true)
    request.issue(session, flags)
    expect(values()).toEqual({ [NAME]: `${ID}.w1` })
    expect(answered[0]?.flags).toEqual(flags)
  })

  it('of another session is not written again: it is written as new', async () => {
    const { arrive, manager, stored } = requestStand()
    await stored()
    const { request } = await arrive(cookieOf(`${ID}.w2`))
    expect(request.isReissueDue(manager.create())).toBe(false)
  })

  it('is cleared with the flags that it was written with', async () => {
    const { arrive } = requestStand()
    const { request, answered } = await arrive(undefined)
    request.clear({ ...flags, maxAge: 60 })
    expect(answered).toEqual([{ name: NAME, value: '', flags: { ...flags, expires: new Date(1) } }])
  })

  it('has no worker where requests go anywhere', async () => {
    const { arrive, manager } = requestStand({ sticky: false })
    const { request, values } = await arrive(undefined)
    const session = manager.create({ id: ID })
    request.issue(session, flags)
    expect(values()).toEqual({ [NAME]: ID })
  })

  it.each([
    [true, ID],
    [false, `${ID}.w1`],
  ])('is written again when `sticky` became %s', async (sticky, before) => {
    const { arrive, stored } = requestStand({ sticky })
    const session = await stored()
    const { request, values } = await arrive(cookieOf(before))
    expect(request.session?.id).toBe(ID)
    expect(request.isReissueDue(session)).toBe(true)
    request.issue(session, flags)
    expect(values()).toEqual({ [NAME]: sticky ? `${ID}.w1` : ID })
  })
})

describe('A take-over', () => {
  it('is announced once, by the worker where the request arrived, and writes nothing', async () => {
    const { arrive, other, store, stored } = requestStand()
    await stored()
    const w2 = other()
    const taken: unknown[] = []
    w2.on('takenOver', ({ session }) => taken.push(session))
    store.takeCalls()
    await arrive(cookieOf(`${ID}.w1`), w2)
    expect(taken).toEqual([{ id: ID, principal: undefined, attributes: { a: 1 } }])
    expect(store.calls).toEqual(['load'])
    await arrive(cookieOf(`${ID}.w2`), w2)
    await arrive(cookieOf(ID), w2)
    expect(taken).toHaveLength(1)
  })

  it('is none where requests go anywhere, and none of a session that does not exist', async () => {
    const { arrive, other, stored } = requestStand({ sticky: false })
    const w2 = other()
    const sticky = other({ sticky: true })
    const taken: unknown[] = []
    for (const manager of [w2, sticky]) manager.on('takenOver', ({ session }) => taken.push(session))
    await arrive(cookieOf(`${ID}.w1`), sticky)
    await stored()
    await arrive(cookieOf(`${ID}.w1`), w2)
    expect(taken).toEqual([])
  })
})
