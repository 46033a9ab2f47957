import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { HeldResponse } from '../../src/http/held-response.ts'
import type { ResponseGate } from '../../src/http/held-response.ts'

/** What a gate does when it is asked; `undefined`: goes on at once. */
type Ask = (visit: Visit) => Promise<void> | undefined

export interface GateScript {
  /** @default holds the response for a turn of the event loop */
  readonly beforeHead?: Ask
  /** @default goes on at once */
  readonly beforeEnd?: Ask
  /** @default answers 503 with the error's message */
  readonly refuse?: (visit: Visit, error: unknown) => unknown
}

/** One request at a server whose responses are held. */
export interface Visit {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly held: HeldResponse
  /** What the gate was asked, in order. */
  readonly calls: string[]
}

export interface HeldServer {
  readonly port: number
  readonly visits: readonly Visit[]
}

export type Handler = (visit: Visit) => unknown

/** Everything that waits for promises only has run when this resolves. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

/** A server for the running test. `prepare` runs before the response is put on hold. */
export async function heldServer(
  handler: Handler,
  script: GateScript = {},
  prepare: (res: ServerResponse) => void = () => {},
): Promise<HeldServer> {
  const visits: Visit[] = []
  const port = await listening(
    createServer((req, res) => {
      prepare(res)
      const visit = holding(req, res, script)
      visits.push(visit)
      handler(visit)
    }),
  )
  return { port, visits }
}

/** A server of plain node, to compare with. */
export function plainServer(handler: (req: IncomingMessage, res: ServerResponse) => void): Promise<number> {
  return listening(createServer(handler))
}

/** Puts a response on hold as `script` says. */
export function holding(req: IncomingMessage, res: ServerResponse, script: GateScript): Visit {
  const { beforeHead = turn, beforeEnd = goOn, refuse = answer503 } = script
  const calls: string[] = []
  const gate: ResponseGate = {
    beforeHead: () => {
      calls.push('beforeHead')
      return beforeHead(visit)
    },
    beforeEnd: () => {
      calls.push('beforeEnd')
      return beforeEnd(visit)
    },
    aborted: () => {
      calls.push('aborted')
    },
    refuse: (error) => {
      calls.push('refuse')
      refuse(visit, error)
    },
  }
  const visit: Visit = { req, res, held: new HeldResponse(res, gate), calls }
  return visit
}

export async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => {
      server.close(resolve)
    })
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A port was expected.')
  return address.port
}

/** A gate's answer that lets everything pass at once. */
export function goOn(): undefined {
  return undefined
}

function answer503({ res }: Visit, error: unknown): void {
  res.statusCode = 503
  res.end(error instanceof Error ? error.message : String(error))
}
