import { codeOf, getSession, withSession } from '../../../lib/sessions.js'

export default async function Page() {
  const session = await getSession()
  /** @type {Record<string, () => unknown>} */
  const attempts = {
    assign: () => (session.count = 1),
    delete: () => delete session.count,
    save: () => session.save(),
    set: () => session.set('count', 1),
    update: () => session.update((data) => (data.count = 1)),
    signIn: () => session.signIn('ann'),
    signOut: () => session.signOut(),
    changeId: () => session.changeId(),
    withSession: () => withSession(async (own) => (own.count = 1))(),
  }
  const codes = await Promise.all(
    Object.entries(attempts).map(async ([name, attempt]) => {
      try {
        await attempt()
        return [name, 'done']
      } catch (error) {
        return [name, codeOf(error)]
      }
    }),
  )
  return <p id="codes">{JSON.stringify(Object.fromEntries(codes))}</p>
}
