import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, systemClock } from '@windlass/platform'
import pg from 'pg'
import { embeddedPostgres } from './postgres/embedded.ts'
import { freePort } from './postgres/free-port.ts'

/** A server of another's, for tests. `restart` keeps its disk and its port. */
export interface TestServer {
  url: string
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Debian's `nats-server` with JetStream. */
export async function natsServer(): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-nats-'))
  const port = await freePort()
  const args = ['-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(port)]
  const start = () => listening(spawn('nats-server', args, { stdio: 'ignore' }), port)
  let child = await start()
  return {
    url: `nats://127.0.0.1:${port}`,
    async restart() {
      await killed(child)
      child = await start()
    },
    async stop() {
      await killed(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function listening(child: ChildProcess, port: number): Promise<ChildProcess> {
  await once(child, 'spawn')
  for (;;) {
    if (await answers(port)) return child
    if (child.exitCode !== null)
      throw new Error(`expected ${child.spawnfile} to listen, it ended with ${child.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function answers(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, '127.0.0.1')
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}

/** An S3 server with one bucket, `fleet`, which knows one key: `S3RVER` and `S3RVER`. */
export async function s3Server(): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-s3-'))
  const port = await freePort()
  const program = createRequire(import.meta.url).resolve('s3rver/bin/s3rver.js')
  const args = [program, '-d', folder, '-a', '127.0.0.1', '-p', String(port), '--configure-bucket', 'fleet']
  const start = () => listening(spawn(process.execPath, args, { stdio: 'ignore' }), port)
  let child = await start()
  return {
    url: `http://127.0.0.1:${port}`,
    async restart() {
      await killed(child)
      child = await start()
    },
    async stop() {
      await killed(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/**
 * PostgreSQL as a fleet brings it, but for a power cut, which it would not survive. With a folder that the test may use as well;
 * both are gone when it stops.
 */
export async function postgresServer(name: string): Promise<{ folder: string; url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), `windlass-${name}-`))
  await chmod(folder, 0o700)
  const ports = { clock: systemClock, log: createLog([], Date.now) }
  const { url, stop } = await embeddedPostgres(join(folder, 'database'), ports)
  await waitForNoDisk(url)
  return {
    folder,
    url,
    async stop() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function waitForNoDisk(url: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  for (const name of ['fsync', 'full_page_writes', 'synchronous_commit'])
    await client.query(`alter system set ${name} = off`)
  await client.query('select pg_reload_conf()')
  await client.end()
}
