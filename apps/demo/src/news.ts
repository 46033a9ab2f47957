import type { ServerResponse } from 'node:http'

/** What happened, for everybody who has the page open, as server-sent events. */
export class News {
  readonly #readers = new Set<ServerResponse>()

  /** Answers a request by everything that happens from now on. */
  attend(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write('retry: 500\n\n')
    this.#readers.add(response)
    response.once('close', () => this.#readers.delete(response))
  }

  /** `kind`: `news` is for reading, `change` says that workers or members changed. */
  tell(kind: 'news' | 'change', data: unknown): void {
    for (const reader of this.#readers) reader.write(`event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  close(): void {
    for (const reader of this.#readers) reader.end()
  }
}
