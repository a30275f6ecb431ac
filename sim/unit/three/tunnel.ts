import { connect, createServer, type Server } from 'node:net'

/** Leads a port of this machine's own loopback to a Unix socket, and that way out of a network namespace. @returns the port */
export async function openTunnel(socket: string): Promise<{ port: number; server: Server }> {
  const server = createServer((here) => {
    const there = connect(socket)
    here.on('error', () => there.destroy())
    there.on('error', () => here.destroy())
    here.pipe(there).pipe(here)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return { port: typeof address === 'object' && address ? address.port : 0, server }
}

/** Program text of the tunnel's other end. */
export function tunnelEnd(socket: string, port: number): string {
  return `const { connect, createServer } = require('node:net')
createServer((here) => {
  const there = connect(${port}, '127.0.0.1')
  here.on('error', () => there.destroy())
  there.on('error', () => here.destroy())
  here.pipe(there).pipe(here)
}).listen(${JSON.stringify(socket)})`
}
