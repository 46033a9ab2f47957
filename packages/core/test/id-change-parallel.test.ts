import { describe, expect, it } from 'vitest'
import { MortalWorkers } from './races/2-mortal-workers.ts'

describe('Parallel first requests with a new id', () => {
  it('all complete the change, and find the same', async () => {
    const workers = new MortalWorkers()
    const session = await workers.begin('S', { a: 1 })
    await workers.run(session.signIn('ann', 'N'))
    await workers.set('S', { late: true })
    const managers = Array.from({ length: 20 }, (_, index) => (index % 2 ? workers.mortal : workers.healthy))
    const opened = await workers.run(Promise.all(managers.map((manager) => manager.open('N'))))
    for (const found of opened) {
      expect(found).toMatchObject({ kind: 'live' })
      expect(found.kind === 'live' && { ...found.session.data }).toEqual({ a: 1, late: true })
    }
    expect(await workers.look('S')).toMatchObject({ kind: 'ended', reason: 'renamed' })
    expect(await workers.previousOf('N')).toBeUndefined()
  })

  it('never bring over what is older than what another of them brought', async () => {
    for (let lead = 0; lead < 12; lead++) {
      for (let lag = 0; lag < 12; lag++) {
        const workers = new MortalWorkers()
        const session = await workers.begin('S', { list: 0 })
        await workers.run(session.signIn('ann', 'N'))
        const old = await workers.open('S')
        const slow = workers.mortal.open('N')
        await workers.clock.run(lead)
        old.data['list'] = 1
        const saved = workers.aMinute(old.save())
        await workers.clock.run(lag)
        const fast = workers.healthy.open('N')
        const outcome = await saved
        await workers.run(Promise.all([slow, fast]))
        const { data } = await workers.open('N')
        // A save that came too late was told so.
        expect(data['list']).toBe(outcome === 'done' ? 1 : 0)
      }
    }
  })

  it('never do so either when the older copy is written last, just before the old id ends', async () => {
    for (let lag = 84; lag < 94; lag += 0.25) {
      const workers = new MortalWorkers()
      const session = await workers.begin('S', { list: 0 })
      await workers.run(session.signIn('ann', 'N'))
      await workers.set('S', { list: 1 })
      const old = await workers.open('S')
      // Has read both records, and is slow to bring over the first save.
      workers.store.hit(2, 100)
      const older = workers.mortal.open('N')
      await workers.clock.run(10)
      old.data['list'] = 2
      await workers.run(old.save())
      // Brings over the second save, and is slow to end the old id.
      workers.otherStore.hit(3, lag)
      const newer = workers.healthy.open('N')
      await workers.run(Promise.all([older, newer]))
      expect((await workers.open('N')).data).toEqual({ list: 2 })
      expect(await workers.previousOf('N')).toBeUndefined()
    }
  })

  it('keep what each of them changes, and what comes to the old id meanwhile', async () => {
    const workers = new MortalWorkers()
    const session = await workers.begin('S', { a: 1 })
    await workers.run(session.signIn('ann', 'N'))
    const late = await workers.open('S')
    late.data['late'] = true
    late.data['n1'] = 'from the old id'
    const changes = [1, 2, 3].map(async (number) => {
      const found = await workers.healthy.open('N')
      if (found.kind !== 'live') throw new Error('There is no session.')
      found.session.data[`n${number}`] = number
      await found.session.save()
    })
    const saved = late.save().then(
      () => true,
      () => false,
    )
    await workers.run(Promise.all(changes))
    const wasSaved = await workers.run(saved)
    const { data } = await workers.open('N')
    expect({ ...data }).toEqual({ a: 1, n1: 1, n2: 2, n3: 3, ...(wasSaved ? { late: true } : {}) })
  })
})

describe('Until the new id is shown', () => {
  it('adds, changes and deletes at the old id arrive in the new one, but for what the log-in decided', async () => {
    const workers = new MortalWorkers()
    const session = await workers.begin('S', { kept: 1, changed: 1, gone: 1, decided: 1, dropped: 1 })
    session.data['decided'] = 2
    delete session.data['dropped']
    await workers.run(session.signIn('ann', 'N'))
    const late = await workers.open('S')
    Object.assign(late.data, { added: 3, changed: 3, decided: 3, dropped: 3 })
    delete late.data['gone']
    await workers.run(late.save())
    expect((await workers.open('N')).data).toEqual({ kept: 1, added: 3, changed: 3, decided: 2 })
  })

  it('what the log-in’s own request changes after it wins as well, by `save` and by `update`', async () => {
    const workers = new MortalWorkers()
    const session = await workers.begin('S', { a: 1, b: 1 })
    await workers.run(session.signIn('ann', 'N'))
    session.data['a'] = 2
    await workers.run(session.save())
    await workers.run(session.update((data) => (data['b'] = 2)))
    await workers.set('S', { a: 'S', b: 'S', c: 'S' })
    expect((await workers.open('N')).data).toEqual({ a: 2, b: 2, c: 'S' })
  })

  it('a log-out at the old id leaves the new one logged in', async () => {
    const workers = new MortalWorkers()
    const session = await workers.begin('S', { a: 1 })
    await workers.run(session.signIn('ann', 'N'))
    await workers.run(workers.healthy.end('S'))
    const shown = await workers.open('N')
    expect(shown.principal).toBe('ann')
    expect(shown.data).toEqual({ a: 1 })
    expect(await workers.previousOf('N')).toBeUndefined()
  })
})
