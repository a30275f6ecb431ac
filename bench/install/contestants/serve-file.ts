import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/* A program: serves one file, and prints where. */
const [path = ''] = process.argv.slice(2)
const server = createServer((_, response) => {
  response.writeHead(200, { 'content-length': statSync(path).size, etag: '"1"' })
  createReadStream(path, { highWaterMark: 256 * 1024 }).pipe(response)
})
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/package`)
})
