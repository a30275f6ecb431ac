import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Somebody whom webhooks tell. `heard`: the kinds of what came. */
export interface Listener {
  url: string
  heard: string[]
  stop(): Promise<void>
}

/** Answers everything with `status`. */
export async function startListener(status: number): Promise<Listener> {
  const heard: string[] = []
  const server = createServer((request, response) => {
    heard.push(String(request.headers['windlass-event']))
    response.writeHead(status).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const stop = async (): Promise<void> => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { url: `http://127.0.0.1:${port}/fleet`, heard, stop }
}
