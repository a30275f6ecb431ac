import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runTool } from '../run-tool.ts'

const root = join(import.meta.dirname, '../../..')
const runner = join(import.meta.dirname, 'test-runner.ts')
// Packages of the older kind ask for others by require.
const start = `#!/usr/bin/env node
import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`

/** One file of all that a program is made of: a guest takes long to read hundreds. */
export async function bundle(entry: string, out: string, more: readonly string[] = []): Promise<void> {
  const shape = ['--bundle', '--platform=node', '--format=esm', '--log-level=error', `--banner:js=${start}`]
  await runTool(join(root, 'node_modules/.bin/esbuild'), [entry, ...shape, `--outfile=${out}`, ...more], root)
  await chmod(out, 0o755)
}

/** The same of files with tests, by their path in the repository; it runs them when it is started. */
export async function bundleTests(files: readonly string[], out: string): Promise<void> {
  const imports = files.map((file) => `import '${join(root, file)}'`)
  const entry = `${out}.ts`
  await writeFile(
    entry,
    [...imports, `import { runAll } from '${runner}'`, 'await runAll()', 'process.exit()'].join('\n'),
  )
  const vitest = JSON.stringify(fileURLToPath(import.meta.resolve('vitest')))
  await bundle(entry, out, [`--alias:vitest=${runner}`, `--define:VITEST=${vitest}`])
}
