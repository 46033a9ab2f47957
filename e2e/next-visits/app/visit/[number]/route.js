/** @type {typeof globalThis & { visited?: (req: Request) => Promise<Response> } } */
const started = globalThis

/** Answered by the test that has started the server in its own process. @param {Request} req */
async function visit(req) {
  return started.visited?.(req) ?? new Response(null, { status: 404 })
}

export { visit as GET, visit as POST }
