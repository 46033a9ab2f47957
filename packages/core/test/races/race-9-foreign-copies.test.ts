import { expect, test } from 'vitest'
import { StickyWorkers } from '../local/sticky-workers.ts'

// Race 9: one worker wrote a session; another one read it, since the balancer sent a request there, and kept a copy. The
// first one writes again and names nobody, as it was the last writer itself. The next request goes to the second one, whose
// cookie it has: its copy is old, and no event has said so.

test('race 9: a worker that only read a session does not serve its copy', async () => {
  const workers = new StickyWorkers()
  const { id } = await workers.session()
  const read = async (): Promise<unknown> => {
    const opened = await workers.elsewhere.open(id, 'elsewhere')
    return opened.kind === 'live' ? opened.session.data['n'] : undefined
  }
  expect(await read()).toBe(1)

  const session = await workers.here.load(id)
  if (!session) throw new Error('There is no such session.')
  session.data['n'] = 2
  await session.save()
  expect(await workers.store.load(id)).not.toContain('"notify"')

  expect(await read()).toBe(2)
})
