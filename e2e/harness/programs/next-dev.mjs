import { createServer } from 'node:http'
import next from 'next'

/** What `next dev` runs, of the application in this folder, but in one process: whoever kills that has ended it. */
const [, , dir = ''] = process.argv

const server = createServer()
const app = next({ dev: true, dir, httpServer: server })
await app.prepare()
const handle = app.getRequestHandler()
server.on('request', (req, res) => void handle(req, res))
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
})
