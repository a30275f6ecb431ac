import { stat } from 'node:fs/promises'
import { sha256Of, sign } from '@windlass/trust'
import { writeArchive } from '@windlass/trust/pack'
import { checkMetadata, decodeMetadata, encodeMetadata } from '@windlass/wire/updatehub'
import { CliError } from '../cli-error.ts'
import { creating } from '../creating.ts'
import type { Description } from './description.ts'
import { byName, cautions, metadataOf } from './metadata.ts'
import { measure, type Payload } from './payload.ts'

export interface PackOptions {
  out: string
  /** PEM; without it the package is unsigned. */
  privateKey: string | undefined
  progress: (doneBytes: number, totalBytes: number) => void
  signal: AbortSignal
}

export interface Packed {
  packageUid: string
  metadata: Record<string, unknown>
  payloads: readonly Payload[]
  signed: boolean
  cautions: readonly string[]
}

/**
 * Makes a package of a description. Nothing is written before the metadata has been checked, and then all or nothing.
 * @throws CliError, TrustError, WireError
 */
export async function pack(description: Description, options: PackOptions): Promise<Packed> {
  const paths = [...new Set(description.objects.map(({ path }) => path))]
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size))
  const count = halves(sizes, options.progress)
  const payloads = new Map<string, Payload>()
  for (const path of paths) payloads.set(path, await measure(path, count, options.signal))
  const metadata = metadataOf(description, payloads)
  const bytes = checked(metadata)
  const signature = options.privateKey === undefined ? '' : sign(options.privateKey, bytes)
  const objects = [...payloads.values()].sort(byName)
  const written = { signal: options.signal, wrote: count }
  await creating(options.out, writeArchive(options.out, { metadata: bytes, signature, objects }, written))
  return {
    packageUid: sha256Of(bytes),
    metadata,
    payloads: objects,
    signed: signature !== '',
    cautions: cautions(description, payloads),
  }
}

/** Every byte counts twice: once when it is read and once when it is written. */
function halves(sizes: readonly number[], progress: PackOptions['progress']): (bytes: number) => void {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  let counted = 0
  return (bytes) => progress((counted += bytes) / 2, total)
}

function checked(metadata: Record<string, unknown>): Uint8Array {
  const bytes = Buffer.from(encodeMetadata(metadata))
  const problems = checkMetadata(bytes, { allowTest: true })
  if (problems.length > 0) throw new CliError('data', `the package would break its schema: ${problems.join('; ')}`)
  decodeMetadata(bytes) // agents have rules of their own, such as octal digits in a target-mode
  return bytes
}
