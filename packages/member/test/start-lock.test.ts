import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { StartLock } from '../src/start-lock.ts'
import { temporaryFolder } from './fake-command.ts'

test('one at a time; released, the next one gets it', async () => {
  const folder = await temporaryFolder(onTestFinished)
  const attempts = await Promise.all(Array.from({ length: 8 }, () => StartLock.take('shop', folder)))
  const taken = attempts.filter((lock) => lock !== undefined)
  expect(taken).toHaveLength(1)
  const other = await StartLock.take('another', folder)
  expect(other).toBeDefined()
  await taken[0]?.release()
  const next = await StartLock.take('shop', folder)
  expect(next).toBeDefined()
  await Promise.all([other?.release(), next?.release()])
})

test('what a dead process left, or one that has not renewed it for long, holds nobody up', async () => {
  const folder = await temporaryFolder(onTestFinished)
  const file = join(folder, 'shop.lock')
  // No process has this id: it is larger than Linux gives.
  await writeFile(file, String(2 ** 30))
  await (await StartLock.take('shop', folder))?.release()
  await writeFile(file, String(process.pid))
  await expect(StartLock.take('shop', folder)).resolves.toBeUndefined()
  const longAgo = new Date(Date.now() - 60_000)
  await utimes(file, longAgo, longAgo)
  const lock = await StartLock.take('shop', folder)
  expect(lock).toBeDefined()
  await lock?.release()
})

test('where no lock can be kept, or the folder is not ours, everybody gets it', async () => {
  const folder = await temporaryFolder(onTestFinished)
  await writeFile(join(folder, 'file'), '')
  const real = join(folder, 'real')
  await mkdir(real)
  await symlink(real, join(folder, 'link'))
  for (const place of [join(folder, 'file'), join(folder, 'link')]) {
    const locks = [await StartLock.take('shop', place), await StartLock.take('shop', place)]
    expect(locks.every((lock) => lock !== undefined)).toBe(true)
    for (const lock of locks) await lock?.release()
  }
})
