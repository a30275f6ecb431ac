import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A fleet as an operator starts it, on a port that is free and in a folder of its own. */
export interface FleetProgram {
  url: string
  folder: string
  stop(): Promise<void>
}

export async function startFleet(extra: readonly string[] = []): Promise<FleetProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-console-'))
  const door = join(import.meta.dirname, '../../../bin/windlass')
  // Whom webhooks tell in a story is on this machine.
  const settings = join(folder, 'settings.json')
  await writeFile(settings, JSON.stringify({ privateWebhooks: true }))
  const own = ['--settings', settings, '--data', join(folder, 'fleet'), '--listen', '127.0.0.1:0']
  const args = [door, 'fleet', ...own, ...extra]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const exit = once(child, 'exit')
  const [url] = await Promise.race([addressOf(child), exit])
  if (typeof url !== 'string') throw new Error(`expected the fleet's address, got exit code ${String(url)}`)
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await exit
    await rm(folder, { recursive: true, force: true })
  }
  return { url, folder, stop }
}

/** The first line that looks like one: the log comes by the same way. */
async function addressOf(child: ChildProcess): Promise<[string | undefined]> {
  for await (const line of createInterface({ input: child.stdout ?? process.stdin }))
    if (/^https?:/.test(line)) {
      child.stdout?.resume()
      return [line]
    }
  return [undefined]
}
