import { Script } from 'node:vm'
import { setFlagsFromString } from 'node:v8'
import express from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { keepInDictionaries } from '../../src/dictionary-mode.ts'
import { Browser } from '../support/browser.ts'
import { startMiddleware } from './support/middleware-worker.ts'

/** V8's own word for it: whether an object has a hidden class, or its properties are in a dictionary. */
const hasHiddenClass = ((): ((object: object) => boolean) => {
  setFlagsFromString('--allow-natives-syntax')
  const asked: unknown = new Script('(object) => %HasFastProperties(object)').runInThisContext()
  if (typeof asked !== 'function') throw new TypeError('Expected a function')
  // A function is read when it is called first.
  Reflect.apply(asked, undefined, [{}])
  setFlagsFromString('--no-allow-natives-syntax')
  return (object) => Boolean(Reflect.apply(asked, undefined, [object]))
})()

describe('request and response of Express', () => {
  const close: (() => void)[] = []
  afterEach(() => close.splice(0).forEach((end) => end()))

  test('are in dictionaries behind the middleware, and have hidden classes without it', async () => {
    const worker = await startMiddleware({})
    const { json } = await new Browser().visit(worker, (req) => [req, req.res!].map(hasHiddenClass))
    expect(json).toEqual([false, false])

    const seen: boolean[] = []
    const app = express().use((req, res) => {
      seen.push(hasHiddenClass(req), hasHiddenClass(res))
      res.end()
    })
    const server = app.listen(0, '127.0.0.1')
    close.push(() => server.close())
    await new Promise((resolve) => server.once('listening', resolve))
    const address = server.address()
    await fetch(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`)
    expect(seen).toEqual([true, true])
  })
})

describe('putting a property again', () => {
  test.each<[string, PropertyDescriptor]>([
    ['an ordinary one', { value: 1, writable: true, enumerable: true, configurable: true }],
    ['one that is not shown', { value: 1, writable: false, enumerable: false, configurable: true }],
    ['an accessor', { get: () => 1, enumerable: true, configurable: true }],
    ['one that cannot be deleted', { value: 1, writable: true, enumerable: true, configurable: false }],
  ])('leaves %s as it was', (_what, descriptor) => {
    const [req, res] = [{}, {}]
    Object.defineProperty(req, 'res', descriptor)
    Object.defineProperty(res, 'req', descriptor)
    Reflect.apply(keepInDictionaries, undefined, [req, res])
    expect(Object.getOwnPropertyDescriptor(req, 'res')).toMatchObject(descriptor)
    expect(Object.getOwnPropertyDescriptor(res, 'req')).toMatchObject(descriptor)
  })

  test('minds no missing response, which an upgrade has not', () => {
    const req = { res: undefined }
    Reflect.apply(keepInDictionaries, undefined, [req, undefined])
    expect(req).toEqual({ res: undefined })
  })

  test('adds nothing where there is nothing, as outside of Express', () => {
    const [req, res] = [{}, {}]
    Reflect.apply(keepInDictionaries, undefined, [req, res])
    expect([Reflect.ownKeys(req), Reflect.ownKeys(res)]).toEqual([[], []])
  })
})
