import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A program that serves. `stop` ends it and waits. */
export interface Serving {
  url: string
  pid: number
  stop(): Promise<void>
}

const root = join(import.meta.dirname, '../..')

/** Starts a program and waits for the line with its address. */
export async function serve(script: string, args: readonly string[]): Promise<Serving> {
  const child = spawn(process.execPath, [join(root, script), ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await addressOf(child)
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

async function addressOf({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error('expected the output of a program, got none')
  for await (const line of createInterface(stdout)) {
    if (!/^https?:\/\/\S+$/.test(line)) continue
    // What else it says is of no interest, but must be read.
    stdout.resume()
    return line
  }
  throw new Error('expected the program to say its address, got its end')
}

/** Where the PostgreSQL is that a fleet runs in its folder. */
export async function databaseOf(data: string): Promise<string> {
  const pid = await readFile(join(data, 'database/cluster/postmaster.pid'), 'utf8')
  const password = (await readFile(join(data, 'database/password'), 'utf8')).trim()
  return `postgresql://windlass:${password}@127.0.0.1:${pid.split('\n')[3]}/postgres`
}
