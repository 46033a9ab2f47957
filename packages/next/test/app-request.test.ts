import { MemoryRecordStore } from '@hazelcast-session/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ApplicationSessions } from '../src/application-sessions.ts'
import type { AppRequest } from '../src/app-request.ts'
import type { Session } from '../src/index.ts'

/** The cookies of an answer. */
class Jar {
  readonly cookies = new Map<string, string>()

  set(name: string, value: string): void {
    this.cookies.set(name, value)
  }
}

/** One worker, and requests of one browser. */
class Stand {
  readonly #application: ApplicationSessions
  readonly #browser = new Map<string, string>()

  constructor() {
    const recordStore = new MemoryRecordStore()
    this.#application = new ApplicationSessions({ recordStore, secret: 'a secret of the tests', workerName: 'w1' })
    onTestFinished(() => this.#application.manager.close())
  }

  /** Runs `visit` as a request that may set cookies. How many it has set. */
  async request(visit: (request: AppRequest, jar: Jar) => unknown): Promise<number> {
    const cookie = [...this.#browser].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('; ')
    const jar = new Jar()
    await visit(this.#application.appRequest(new Headers({ cookie, host: 'localhost' })), jar)
    for (const [name, value] of jar.cookies) {
      if (value === '') this.#browser.delete(name)
      else this.#browser.set(name, value)
    }
    return jar.cookies.size
  }

  /** What a component sees. */
  async attributes(): Promise<unknown> {
    let seen: unknown
    await this.request(async (request) => (seen = (await request.session(undefined)).toJSON()))
    return seen
  }
}

const put = (name: string) => (session: Session) => void (session[name] = 1)

describe('functions that change the session', () => {
  test('may run one after the other, or one inside the other', async () => {
    const stand = new Stand()
    await stand.request(async (request, jar) => {
      await request.run(jar, put('a'))
      await request.run(jar, async (session) => {
        session['b'] = 1
        await request.run(jar, put('c'))
        session['d'] = 1
      })
      const session = await request.session(jar)
      session['e'] = 1
      await session.save()
    })
    expect(await stand.attributes()).toEqual({ a: 1, b: 1, c: 1, d: 1, e: 1 })
  })

  test('have their answer wait for what they did not wait for', async () => {
    const stand = new Stand()
    await stand.request((request, jar) => request.run(jar, put('a')))
    const cookies = await stand.request((request, jar) => request.run(jar, (session) => void session.changeId()))
    expect(cookies).toBe(1)
    expect(await stand.attributes()).toEqual({ a: 1 })
  })

  test('save when they redirect, and not when they fail', async () => {
    const stand = new Stand()
    const throwing = (name: string, digest: string) => (session: Session) => {
      session[name] = 1
      throw Object.assign(new Error('planned'), { digest })
    }
    for (const [name, digest] of [
      ['a', 'NEXT_REDIRECT;push;/;307;'],
      ['b', 'NEXT_HTTP_ERROR_FALLBACK;403'],
      ['c', '1234567'],
    ] as const) {
      const running = stand.request((request, jar) => request.run(jar, throwing(name, digest)).catch(() => {}))
      await expect(running).resolves.toBeLessThan(2)
    }
    expect(await stand.attributes()).toEqual({ a: 1, b: 1 })
  })

  test('are over when they have returned: nothing that is only assigned then would be saved', async () => {
    const stand = new Stand()
    let kept: Session | undefined
    await stand.request((request, jar) => request.run(jar, (session) => void ((kept = session)['a'] = 1)))
    const error = expect.objectContaining({ code: 'SESSION_READONLY' }) as Error
    expect(() => (kept!['b'] = 1)).toThrow(error)
    await kept!.set('c', 1)
    await expect(kept!.signIn('ann')).rejects.toMatchObject({ code: 'HEADERS_SENT' })
    expect(await stand.attributes()).toEqual({ a: 1, c: 1 })
  })
})

describe('the session', () => {
  test('is a plain object where one is asked for, and no promise', async () => {
    const stand = new Stand()
    await stand.request((request, jar) =>
      request.run(jar, (session) => {
        Object.assign(session, { a: 1, b: [2] })
        delete session['a']
        expect(session.toJSON()).toEqual({ b: [2] })
        expect(JSON.stringify(session)).toBe('{"b":[2]}')
        expect({ ...session }).toEqual({ b: [2] })
        expect(['b' in session, 'a' in session, 'save' in session]).toEqual([true, false, true])
        expect(Reflect.get(session, 'then')).toBeUndefined()
      }),
    )
  })

  test.each(['save', 'id', 'then', 'toJSON'])('has no attribute called %s', async (name) => {
    const stand = new Stand()
    await stand.request((request, jar) =>
      request.run(jar, async (session) => {
        expect(() => Object.assign(session, { [name]: 1 })).toThrow(TypeError)
        await expect(session.set(name, 1)).rejects.toThrow(TypeError)
      }),
    )
  })

  test('is empty when it was ended, and another one with what is assigned then', async () => {
    const stand = new Stand()
    await stand.request((request, jar) => request.run(jar, put('a')))
    const cookies = await stand.request((request, jar) =>
      request.run(jar, async (session) => {
        const { id } = session
        await session.signOut()
        await session.save()
        expect([session.toJSON(), session.isNew]).toEqual([{}, true])
        session['b'] = 1
        expect(session.id).not.toBe(id)
      }),
    )
    expect(cookies).toBe(1)
    expect(await stand.attributes()).toEqual({ b: 1 })
  })

  test('can only be looked at where no cookie can be set', async () => {
    const stand = new Stand()
    await stand.request((request, jar) => request.run(jar, put('a')))
    await stand.request(async (request) => {
      const session = await request.session(undefined)
      expect([session['a'], session.isNew]).toEqual([1, false])
      const error = expect.objectContaining({ code: 'SESSION_READONLY' }) as Error
      expect(() => (session['a'] = 2)).toThrow(error)
      expect(() => delete session['a']).toThrow(error)
      expect(() => (session.maxInactiveInterval = 5)).toThrow(error)
      await expect(session.set('a', 2)).rejects.toThrow(error)
      await session.reload()
      await expect(request.run(undefined, put('a'))).rejects.toThrow(error)
    })
  })
})
