import { join } from 'node:path'
import { type BuildOptions, build, type Metafile } from 'esbuild'
import { asText } from './as-text.ts'
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

/** In the same script, but evaluated only by an agent that is part of a unit: gRPC and what it stands on. */
export const packagesInUnits: readonly string[] = [
  '@bufbuild/protobuf',
  '@grpc/grpc-js',
  '@grpc/proto-loader',
  '@js-sdsl/ordered-map',
  '@protobufjs/aspromise',
  '@protobufjs/base64',
  '@protobufjs/codegen',
  '@protobufjs/eventemitter',
  '@protobufjs/fetch',
  '@protobufjs/float',
  '@protobufjs/path',
  '@protobufjs/pool',
  '@protobufjs/utf8',
  'lodash.camelcase',
  'long',
  'protobufjs',
]
const ours = /^(core\/(model|wire|trust|machine|platform)|node\/firmware|bin\/(device\.mts|package\.json)$)/

/** Bundles the device's door. @throws PackagingError `stranger` when a source of the server got in */
export async function bundle(root: string): Promise<Bundle> {
  const kept: Metafile['inputs'][] = []
  const { metafile, outputFiles } = await build({
    ...means(root),
    entryPoints: [join(root, 'bin/device.mts')],
    write: false,
    metafile: true,
    plugins: [asText(/^@grpc\/grpc-js$/, means(root), (inputs) => kept.push(inputs))],
  })
  kept.push(metafile.inputs)
  const all = new Set(kept.flatMap((inputs) => Object.keys(inputs)))
  const sources = [...all].filter((source) => !/^(as-text:|<stdin>)/.test(source)).sort()
  const packages = [...new Set(sources.flatMap((source) => packageOf(source) ?? []))]
  const stranger = sources.find((source) => !isWelcome(source))
  if (stranger) throw new PackagingError('stranger', `expected nothing on a device but the agent, got ${stranger}`)
  return { code: outputFiles[0]?.text ?? '', sources, packages }
}

function means(root: string) {
  return {
    absWorkingDir: root,
    outfile: 'device.cjs',
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node26',
    // 5 MB less than as an ES module, measured; and there `import()` of a built-in module has to become `require`.
    format: 'cjs',
    supported: { 'dynamic-import': false },
    legalComments: 'none',
    logLevel: 'silent',
  } as const satisfies BuildOptions
}

function isWelcome(source: string): boolean {
  const name = packageOf(source)
  return name === undefined ? ours.test(source) : packagesOnDevices.includes(name) || packagesInUnits.includes(name)
}

function packageOf(source: string): string | undefined {
  return /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1]
}
