import { expect, test } from 'vitest'
import { managed } from './saving/managed.ts'

test('an interval that was saved at the old id meanwhile arrives in the new one', async () => {
  const { manager } = managed()
  const session = manager.create({ id: 'old' })
  await session.save()
  const slow = await manager.load('old')
  await session.signIn('ann', 'new')
  if (!slow) throw new Error('The session is not there.')
  slow.maxInactiveInterval = 99
  await slow.save()
  const opened = await manager.open('new')
  expect(opened.kind === 'live' && opened.session.maxInactiveInterval).toBe(99)
})

test('an interval that the log-in itself decided wins over one that was saved at the old id', async () => {
  const { manager } = managed()
  const session = manager.create({ id: 'old' })
  await session.save()
  const slow = await manager.load('old')
  session.maxInactiveInterval = 500
  await session.signIn('ann', 'new')
  if (!slow) throw new Error('The session is not there.')
  slow.maxInactiveInterval = 99
  await slow.save()
  const opened = await manager.open('new')
  expect(opened.kind === 'live' && opened.session.maxInactiveInterval).toBe(500)
})

test('a session that begins with a log-in is created, under the one id that anybody hears of', async () => {
  const { manager } = managed()
  const heard: string[] = []
  manager.on('created', ({ session }) => heard.push(`created ${session.id}`))
  manager.on('idChanged', ({ session }) => heard.push(`idChanged ${session.id}`))
  await manager.create({ id: 'first' }).signIn('ann', 'second')
  expect(heard).toEqual(['created second'])
})

test('a log-out right after an id change ends the old id as well, and is told of once', async () => {
  const { manager } = managed()
  const heard: string[] = []
  manager.on('destroyed', ({ session }) => heard.push(session.id))
  const session = manager.create({ id: 'old', data: { user: 'ann' } })
  await session.save()
  await session.changeId('new')
  expect(await session.end()).toBe(true)
  expect((await manager.open('old')).kind).toBe('ended')
  expect((await manager.open('new')).kind).toBe('ended')
  expect(heard).toEqual(['new'])
})

test('so does one that knows the new id alone', async () => {
  const { manager } = managed()
  const session = manager.create({ id: 'old' })
  await session.save()
  await session.changeId('new')
  expect(await manager.end('new')).toBe(true)
  expect((await manager.open('old')).kind).toBe('ended')
})
