import { setTimeout as pause } from 'node:timers/promises'
import { notFound, redirect } from 'next/navigation'
import { after } from 'next/server'
import { codeOf, getSession, withSession } from '../../../lib/sessions.js'

const said = /** @type {{ saidAfter?: unknown }} */ (globalThis)

/** @typedef {Awaited<ReturnType<typeof getSession>>} Session */

/** What a request of each name does. @type {Record<string, (session: Session, req: Request) => unknown>} */
const RUNS = {
  read: (session) => ({ isNew: session.isNew, attributes: session.toJSON() }),
  untouched: () => null,
  set: (session, req) =>
    void Object.assign(session, { [new URL(req.url).searchParams.get('name') ?? 'name']: Date.now() }),
  increment: (session) => session.update((data) => (data.count = (data.count ?? 0) + 1)),
  login: (session) => session.signIn('ann'),
  logout: (session) => session.signOut(),
  again: async (session) => {
    await session.signOut()
    session.user = 'bob'
  },
  redirect: (session) => {
    session.count = 11
    redirect('/after')
  },
  missing: (session) => {
    session.count = 12
    notFound()
  },
  failing: (session) => {
    session.count = 13
    throw new Error('planned')
  },
  'own-redirect': (session, req) => {
    session.count = 14
    return Response.redirect(new URL('/after', req.url), 303)
  },
  unawaited: (session) => void session.signIn('ann').catch(() => {}),
  'late-new': (session) => streamed(() => session.set('count', 15)),
  'late-set': (session) => streamed(() => session.set('count', 16)),
  'late-assign': (session) => streamed(async () => void (session.count = 17)),
  after: (session) => {
    after(async () => {
      said.saidAfter = {
        set: await session.set('count', 18).then(() => 'set', codeOf),
        asked: await getSession()
          .then((own) => own.set('count', 19))
          .then(() => 'set', codeOf),
      }
    })
  },
  'in-passing': async () => {
    const session = await getSession()
    session.count = 20
    await session.save()
  },
}

/** A response whose end says what came of `change`, which runs when the head has left. @param {() => Promise<unknown>} change */
function streamed(change) {
  const encoder = new TextEncoder()
  const stream = new ReadableStream({
    async start(controller) {
      controller.enqueue(encoder.encode('begun '))
      await pause(50)
      controller.enqueue(encoder.encode(await change().then(() => 'done', codeOf)))
      controller.close()
    },
  })
  return new Response(stream)
}

const run = withSession(
  async (session, /** @type {Request} */ req, /** @type {{ params: Promise<{ what: string }> }} */ context) => {
    const { what } = await context.params
    const result = await RUNS[what]?.(session, req)
    return result instanceof Response ? result : Response.json(result ?? null)
  },
)

export { run as GET, run as POST }
