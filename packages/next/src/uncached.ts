/** What an answer with a session's cookie says to caches between here and the browser: a shared one would hand it to everybody. */
export const UNCACHED = 'private, no-cache, no-store, max-age=0, must-revalidate'

/** The response, kept out of shared caches. */
export function uncached(response: Response): Response {
  try {
    response.headers.set('Cache-Control', UNCACHED)
    return response
  } catch {
    // That of `Response.redirect()` cannot be changed.
    const { body, status, statusText } = response
    const headers = new Headers(response.headers)
    headers.set('Cache-Control', UNCACHED)
    return new Response(body, { status, statusText, headers })
  }
}
