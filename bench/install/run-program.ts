import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'

export interface Program {
  command: string
  args: readonly string[]
  env?: Readonly<Record<string, string>>
  cwd?: string
}

export function start({ command, args, env, cwd }: Program, stdio: SpawnOptions['stdio'] = 'ignore'): ChildProcess {
  return spawn(command, args, { stdio, env: { ...process.env, ...env }, ...(cwd !== undefined && { cwd }) })
}

/** Runs to the end; returns what it printed. @throws Error with the end of what it said, when it fails */
export async function run(program: Program, started: (pid: number) => void = () => {}): Promise<string> {
  const child = start(program, ['ignore', 'pipe', 'pipe'])
  if (child.pid !== undefined) started(child.pid)
  let [out, said] = ['', '']
  child.stdout?.on('data', (text) => (out += text))
  child.stderr?.on('data', (text) => (said = (said + text).slice(-2000)))
  const [code, signal] = await once(child, 'close')
  if (code === 0) return out
  throw new Error(
    `expected ${program.command} to end with 0, got ${code ?? signal}: ${(said || out).trim().slice(-600)}`,
  )
}

/** Ends it and waits until it has ended. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  await closed
}
