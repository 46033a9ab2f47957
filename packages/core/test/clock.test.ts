import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { pause, systemClock, within } from '../src/clock.ts'
import { ManualClock } from './saving/manual-clock.ts'

const late = (): Error => new Error('late')

test('within settles as its promise does, and leaves no timer', async () => {
  const clock = new ManualClock()
  await expect(within(clock, 100, Promise.resolve(1), late)).resolves.toBe(1)
  await expect(within(clock, 100, Promise.reject(new Error('no')), late)).rejects.toThrow('no')
  expect(clock.waiting).toBe(0)
})

test('within rejects when time is up, and swallows what comes later', async () => {
  const clock = new ManualClock()
  const slow = pause(clock, 200).then(() => Promise.reject(new Error('too late to matter')))
  await expect(clock.until(within(clock, 100, slow, late))).rejects.toThrow('late')
  await clock.advance(200)
})

test('a timer of more than 24 days does not fire at once', async () => {
  let fired = false
  const cancel = systemClock.after(2 ** 40, () => {
    fired = true
  })
  await pause(systemClock, 10)
  cancel()
  expect(fired).toBe(false)
})

test('a cancelled timer does not fire', async () => {
  let fired = false
  systemClock.after(1, () => {
    fired = true
  })()
  await pause(systemClock, 10)
  expect(fired).toBe(false)
})

test('an answer that waits on its socket when a process goes on after a stall is in time', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = connect({ host: '127.0.0.1', port: typeof address === 'object' ? (address?.port ?? 0) : 0 })
  const [[peer]] = await Promise.all([once(server, 'connection'), once(client, 'connect')])
  const answer = within(systemClock, 50, once(client, 'data').then(String), late)
  peer.write('answer')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  await expect(answer).resolves.toBe('answer')
  client.destroy()
  peer.destroy()
  server.close()
})
