import { distinctObjects, type Package, sha256Text } from '@windlass/model'
import { nodeFiles } from '@windlass/platform'
import { TrustError, verify } from '@windlass/trust'
import { openArchive, type PackageArchive } from '@windlass/trust/archive'
import { decodeMetadata, decodeSignature } from '@windlass/wire/updatehub'
import { FleetError } from '../fleet-error.ts'
import type { KeptObject, KeptPackage } from '../store/records.ts'
import type { Draft } from './package-files.ts'

/** How strict to be. `trustedKeys`: PEM; when there are any, a package must be signed with one of them. */
export interface Rules {
  trustedKeys: readonly string[]
  /** What is wrong with metadata by its schema, one sentence each (updatehub.md 5). */
  checkMetadata: (metadata: Uint8Array) => readonly string[]
}

/**
 * Looks at an upload from the outside in: archive, metadata, signature, then every object by size and digest.
 * @throws FleetError with the code of what is wrong
 */
export async function examine(
  draft: Draft,
  rules: Rules,
  signal?: AbortSignal,
): Promise<Omit<KeptPackage, 'size' | 'uploadedAt'>> {
  const archive = await openArchive(draft.archive, nodeFiles).catch(refuse)
  try {
    const pkg = readMetadata(archive, rules)
    const signature = checkSignature(archive, rules.trustedKeys)
    const objects = await checkObjects(archive, pkg, draft, signal)
    const { product, version, hardware } = pkg
    const { packageUid: uid, metadata } = archive
    return { uid, product: sha256Text(product), version, hardware, metadata, signature, objects }
  } catch (error) {
    return refuse(error)
  } finally {
    await archive.close()
  }
}

function readMetadata({ metadata }: PackageArchive, rules: Rules): Package {
  const errors = rules.checkMetadata(metadata)
  if (errors.length > 0)
    throw new FleetError('metadata_invalid', `expected metadata by UpdateHub's schema: ${errors[0]}`, { errors })
  return decodeMetadata(metadata)
}

/** The signature as it goes into a header: one line of base64, empty when there is none. */
function checkSignature({ metadata, signature }: PackageArchive, trustedKeys: readonly string[]): string {
  const text = signature.trim()
  const bytes = decodeSignature(text)
  if (!bytes) throw new FleetError('signature_mismatch', 'expected the signature as one line of base64, got other text')
  if (trustedKeys.length === 0) return text
  if (bytes.length === 0) throw new FleetError('signature_missing', 'expected a signed package, got an unsigned one')
  if (!trustedKeys.some((key) => verify(key, metadata, bytes)))
    throw new FleetError('signature_mismatch', `expected a signature by one of ${trustedKeys.length} trusted keys`)
  return text
}

async function checkObjects(
  archive: PackageArchive,
  { sets }: Package,
  draft: Draft,
  signal?: AbortSignal,
): Promise<KeptObject[]> {
  const all = [...sets.a, ...sets.b]
  const toCheck = async (name: (typeof all)[number]['sha256sum'], chunks: AsyncIterable<Uint8Array>): Promise<void> => {
    if (archive.locate(name)) for await (const _ of chunks);
    else await draft.putObject(name, chunks)
  }
  await archive.extract(all, toCheck, signal)
  return distinctObjects(all).map(({ filename, mode, size, sha256sum }) => {
    const at = archive.locate(sha256sum)?.at ?? null
    return { filename, mode, size, sha256sum, at }
  })
}

function refuse(error: unknown): never {
  if (!(error instanceof TrustError)) throw error
  const { code, message } = error
  if (code === 'file_unreadable' || code === 'key_unusable') throw error
  throw new FleetError(code, message, { cause: error })
}
