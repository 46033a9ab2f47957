import { getSession, withSessionApi } from '../../lib/sessions.js'

export default withSessionApi(async (req, res) => {
  if (req.query['what'] === 'increment') req.session.count = (req.session.count ?? 0) + 1
  if (req.query['what'] === 'logout') await req.session.signOut()
  const same = await getSession(req, res)
  res.json({ attributes: req.session.toJSON(), isSame: same === req.session })
})
