import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const run = `import { main } from ${JSON.stringify(join(import.meta.dirname, 'main.ts'))}
process.exitCode = await main(process.argv.slice(1))`

/** A fleet's process. */
export interface FleetProcess {
  child: ChildProcess
  url: string
  exit: Promise<unknown[]>
}

/** Starts one that listens where it likes, and has what it needs for a test's S3 store. Returns when it listens. */
export async function startProcess(args: readonly string[]): Promise<FleetProcess> {
  const all = ['--input-type=module', '-e', run, '--', '--listen', '127.0.0.1:0', ...args]
  const env = { ...process.env, AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' }
  const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'ignore'], env })
  const exit = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const [url] = await Promise.race([once(lines, 'line'), exit])
  if (typeof url !== 'string') throw new Error(`expected the fleet's address, got exit code ${String(url)}`)
  return { child, url, exit }
}
