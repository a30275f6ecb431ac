import { join } from 'node:path'
import { build } from 'esbuild'
import { PackagingError } from './packaging-error.ts'

/** The device's program as one script. */
export interface Bundle {
  code: string
  /** Every source in it, relative to the repository. */
  sources: string[]
  /** The packages of others in it, by name. */
  packages: string[]
}

/** All that a device may carry of others: each costs it memory, and its user a licence to read. */
export const packagesOnDevices: readonly string[] = ['ini', 'smol-toml', 'valibot']
const ours = /^(core\/(model|wire|trust|machine|platform)|node\/firmware|bin\/(device\.mts|package\.json)$)/

/** Bundles the device's door. @throws PackagingError `stranger` when a source of the server got in */
export async function bundle(root: string): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join(root, 'bin/device.mts')],
    outfile: 'device.cjs',
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node26',
    // 5 MB less than as an ES module, measured; and there `import()` of a built-in module has to become `require`.
    format: 'cjs',
    supported: { 'dynamic-import': false },
    legalComments: 'none',
    logLevel: 'silent',
  })
  const sources = Object.keys(metafile.inputs).sort()
  const packages = [...new Set(sources.flatMap((source) => packageOf(source) ?? []))]
  const stranger = sources.find((source) => !isWelcome(source))
  if (stranger) throw new PackagingError('stranger', `expected nothing on a device but the agent, got ${stranger}`)
  return { code: outputFiles[0]?.text ?? '', sources, packages }
}

function isWelcome(source: string): boolean {
  const name = packageOf(source)
  return name === undefined ? ours.test(source) : packagesOnDevices.includes(name)
}

function packageOf(source: string): string | undefined {
  return /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1]
}
