import { execFileSync } from 'node:child_process'
import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Arch, strippers } from './arch.ts'
import { run } from './run.ts'

export interface Parts {
  arch: Arch
  /** The script. */
  code: string
  /** The Node it is put into. */
  node: string
}

/**
 * Makes one self-contained executable. No code cache and no snapshot: neither lowered memory or start time measurably,
 * and both can only be made on the architecture they are for.
 * @returns whether Node could be stripped, which saves 30 MB
 */
export async function makeExecutable({ arch, code, node }: Parts, output: string): Promise<{ stripped: boolean }> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-package-'))
  try {
    const main = join(folder, 'device.cjs')
    const executable = join(folder, 'node')
    await writeFile(main, code)
    // Before the script goes in: stripped afterwards it would lose it.
    const stripped = await strip(arch, node, executable)
    await writeFile(join(folder, 'sea.json'), JSON.stringify(seaConfig(main, executable, output)))
    await run(process.execPath, ['--build-sea', join(folder, 'sea.json')])
    await chmod(output, 0o755)
    return { stripped }
  } finally {
    await rm(folder, { recursive: true })
  }
}

function seaConfig(main: string, executable: string, output: string): Record<string, unknown> {
  return {
    main,
    mainFormat: 'commonjs',
    executable,
    output,
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: false,
    // Measured with bench/memory. TurboFan stays, for deltas are made in script; the compiler between costs 3 MB of its own code.
    execArgv: ['--max-semi-space-size=1', '--optimize-for-size', '--no-maglev', '--use-system-ca'],
    execArgvExtension: 'env',
  }
}

async function strip(arch: Arch, from: string, to: string): Promise<boolean> {
  const own = arch === process.arch ? ['strip'] : []
  const program = [...own, ...strippers[arch]].find(isThere)
  if (program) await run(program, ['-o', to, from])
  else await copyFile(from, to)
  return program !== undefined
}

function isThere(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
