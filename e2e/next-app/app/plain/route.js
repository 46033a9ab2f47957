/** Touches no session. @param {Request} req */
export function GET(req) {
  return Response.json({ own: req.headers.get('x-own'), cookie: req.headers.get('cookie') })
}
