import { connect, withSession } from '../../../lib/sessions'

export const GET = withSession(async (session, _req: Request) => {
  const { worker } = await connect(0)
  const { isNew } = session
  return Response.json({ isNew, id: isNew ? null : session.id, worker: worker.name, attributes: session.toJSON() })
})
