import { spawnSync } from 'node:child_process'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Arch, arches } from './arch.ts'
import { make } from './make.ts'
import about from './package.json' with { type: 'json' }
import { PackagingError } from './packaging-error.ts'

const usage = `usage: npm run package -- [--arch x64|arm64|all] [--out DIR]

  Makes the device's program: one executable per architecture, a .deb where dpkg-deb is installed, a Yocto layer.

  --arch ARCH  default: this machine's
  --out DIR    default: dist
`
const root = dirname(dirname(import.meta.dirname))

async function main(argv: string[]): Promise<number> {
  try {
    const { arch, out, help } = readArguments(argv)
    if (help) {
      process.stdout.write(usage)
      return 0
    }
    const debian = spawnSync('dpkg-deb', ['--version']).status === 0
    const order = { root, version: about.version, arches: chosen(arch), out: resolve(out), debian }
    await make(order, (line) => void process.stdout.write(`${line}\n`))
    return 0
  } catch (error) {
    if (!(error instanceof PackagingError)) throw error
    process.stderr.write(`package: ${error.message}\n${error.code === 'usage' ? usage : ''}`)
    return error.code === 'usage' ? 64 : 1
  }
}

function readArguments(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      options: {
        arch: { type: 'string', default: process.arch },
        out: { type: 'string', default: join(root, 'dist') },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (cause) {
    throw new PackagingError('usage', cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

function chosen(arch: string): readonly Arch[] {
  if (arch === 'all') return arches
  const one = arches.find((name) => name === arch)
  if (!one) throw new PackagingError('usage', `expected --arch to be x64, arm64 or all, got ${arch}`)
  return [one]
}

process.exitCode = await main(process.argv.slice(2))
