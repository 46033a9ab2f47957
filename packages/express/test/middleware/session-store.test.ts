import { promisify } from 'node:util'
import type { Request } from 'express'
import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { EXPRESS_VERSIONS } from '../support/express-versions.ts'
import { attributesOf } from '../support/session-data.ts'
import type { Visit } from '../support/test-worker.ts'
import { startMiddleware } from './support/middleware-worker.ts'

const logIn: Visit = (req) => void (req.session.user = 'ann')
const user: Visit = (req) => req.session.user ?? null
const change: Visit = (req) => (req.session.count = (req.session.count ?? 0) + 1)

function destroy(req: Request, id: string): Promise<void> {
  return promisify<void>((done) => req.sessionStore.destroy(id, done))()
}

describe.each(EXPRESS_VERSIONS)('with %s, `req.sessionStore`', (_name, express) => {
  test('logs its own request out by `destroy`, and the browser goes on with a new session', async () => {
    const worker = await startMiddleware({ express })
    const browser = new Browser()
    await browser.visit(worker, logIn)
    const { sessionId } = browser
    expect((await browser.visit(worker, (req) => destroy(req, req.sessionID))).status).toBe(200)
    expect((await browser.visit(worker, user)).json).toBeNull()
    expect(await browser.visit(worker, change)).toMatchObject({ status: 200, json: 1, setCookie: expect.any(String) })
    expect(browser.sessionId).not.toBe(sessionId)
    expect((await browser.visit(worker, attributesOf)).json).toEqual({ count: 1 })
  })

  test('logs somebody else out by `destroy`, who goes on with a new session', async () => {
    const worker = await startMiddleware({ express })
    const [admin, other] = [new Browser(), new Browser()]
    const reasons: string[] = []
    worker.sessions.manager.on('destroyed', ({ reason }) => reasons.push(reason))
    const { json: id } = await other.visit(worker, (req) => {
      req.session.user = 'bob'
      return req.sessionID
    })
    await admin.visit(worker, logIn)
    await admin.visit(worker, (req) => destroy(req, String(id)))
    expect(await other.visit(worker, change)).toMatchObject({ status: 200, json: 1 })
    expect([(await admin.visit(worker, user)).json, reasons]).toEqual(['ann', ['revoked']])
  })

  test('stores nothing of what its own request changes after `destroy`', async () => {
    const worker = await startMiddleware({ express })
    const browser = new Browser()
    await browser.visit(worker, logIn)
    await browser.visit(worker, async (req) => {
      await destroy(req, req.sessionID)
      req.session.user = 'bob'
    })
    expect((await browser.visit(worker, user)).json).toBeNull()
  })

  test('`regenerate` is as safe as that of the session: a request beside it cannot overwrite the new cookie', async () => {
    const worker = await startMiddleware({ express })
    const browser = new Browser()
    await browser.visit(worker, logIn)
    const beside = new Browser()
    beside.cookie = browser.cookie
    const { json } = await browser.visit(worker, async (req) => {
      await promisify<void>((done) => req.sessionStore.regenerate(req, done))()
      req.session.count = 7
      return req.session.user ?? null
    })
    expect([json, (await browser.visit(worker, attributesOf)).json]).toEqual([null, { count: 7 }])
    expect(await beside.visit(worker, change)).toMatchObject({ status: 409, setCookie: undefined })
  })
})
