import { connect, createServer } from 'node:net'

export interface CountingProxy {
  readonly address: string
  /** Connections accepted so far. */
  readonly connections: number
}

/** A TCP proxy on loopback before a port of this machine, closed when the test that asked for it is over. */
export async function proxyBefore(port: number, onEnd: (close: () => Promise<void>) => void): Promise<CountingProxy> {
  let connections = 0
  const server = createServer((socket) => {
    connections++
    const upstream = connect(port, '127.0.0.1')
    socket.on('error', () => upstream.destroy()).pipe(upstream)
    upstream.on('error', () => socket.destroy()).pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onEnd(() => new Promise((resolve) => server.close(() => resolve())))
  const bound = server.address()
  if (typeof bound !== 'object' || bound === null) throw new Error('The proxy listens on no TCP port.')
  return {
    address: `127.0.0.1:${bound.port}`,
    get connections() {
      return connections
    },
  }
}
