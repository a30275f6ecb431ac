import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CliError } from '../cli-error.ts'
import { command } from '../command.ts'
import { privateKeyIn } from '../of-file.ts'
import type { Description } from '../packing/description.ts'
import { describe, descriptionParams } from '../packing/options.ts'
import { type Packed, pack as packInto } from '../packing/pack.ts'
import { bytesText } from '../page/quantities.ts'
import { facts } from '../page/table.ts'
import { optional, switchedOn } from '../params.ts'

export const pack = command({
  name: 'pack',
  description: 'Make a package of a description (docs/package.md), or of one file with --mode, --file, --target',
  params: {
    ...descriptionParams,
    out: optional('-o, --out <file>', 'the package to write (default: PRODUCT-VERSION.uhupkg)'),
    key: optional('-k, --key <file>', 'sign with this private key (PEM)'),
    force: switchedOn('-f, --force', 'write over an existing package'),
  },
  async run(values, io) {
    const description = await describe(values, io.cwd)
    const name = `${description.product}-${description.version}.uhupkg`.replaceAll('/', '_')
    const out = resolve(io.cwd, values.out ?? name)
    if (!values.force) await refuseExisting(out)
    const privateKey = values.key === undefined ? undefined : await privateKeyIn(resolve(io.cwd, values.key))
    const bar = io.progress('packing')
    const options = { out, privateKey, progress: bar.show, signal: io.signal }
    const packed = await packInto(description, options).finally(() => bar.end())
    for (const caution of packed.cautions) io.warn(`caution: ${caution}`)
    if (!packed.signed) io.warn('THE PACKAGE IS NOT SIGNED: devices that have a key refuse it; sign with --key')
    return { page: pageOf(description, packed, out), json: documentOf(description, packed, out) }
  },
})

async function refuseExisting(path: string): Promise<void> {
  const there = await access(path).then(
    () => true,
    () => false,
  )
  if (there) throw new CliError('cannotCreate', `${path}: expected no such file, got one; write over it with --force`)
}

function pageOf(description: Description, packed: Packed, out: string): string {
  const stored = packed.payloads.reduce((sum, { size }) => sum + size, 0)
  const page = facts({
    package: out,
    uid: packed.packageUid,
    product: description.product,
    version: description.version,
    objects: `${description.objects.length}, ${bytesText(stored)} stored`,
    signature: packed.signed ? 'signed' : 'NOT SIGNED',
  })
  return `${page}\n\nNext: windlass publish ${out}`
}

function documentOf(description: Description, packed: Packed, out: string): unknown {
  const { packageUid, signed, metadata, cautions } = packed
  return {
    file: out,
    packageUid,
    product: description.product,
    version: description.version,
    signed,
    cautions,
    metadata,
  }
}
