/**
 * Gives the outcome to the library's callback. What that throws is an uncaught exception, but for one: a handler that calls
 * `reply.send` and does not return the reply is answered a second time by Fastify, since the first answer waits for the
 * save; when it comes to write, there is nothing left to do. Fastify has warned of it in its own log.
 */
export function answerLibrary<T>(outcome: Promise<T>, callback: (error: unknown, value?: NoInfer<T>) => void): void {
  const answer = (error: unknown, value?: T): void => {
    process.nextTick(() => {
      try {
        callback(error, value)
      } catch (thrown) {
        if (!isSecondAnswer(thrown)) throw thrown
      }
    })
  }
  outcome.then((value) => answer(null, value), answer)
}

function isSecondAnswer(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_HTTP_HEADERS_SENT'
}
