import { resolve } from 'node:path'
import { nodeFiles } from '@windlass/platform'
import { openArchive, type PackageArchive } from '@windlass/trust/archive'
import { parseJson } from '@windlass/wire/updatehub'
import { ofFile } from '../of-file.ts'

/** Opens a package for as long as `use` takes. @throws TrustError */
export async function withArchive<T>(
  cwd: string,
  file: string,
  use: (archive: PackageArchive, path: string) => Promise<T>,
): Promise<T> {
  const path = resolve(cwd, file)
  const archive = await ofFile(path, () => openArchive(path, nodeFiles))
  try {
    return await use(archive, path)
  } finally {
    await archive.close()
  }
}

/** One object as its metadata writes it. */
export type RawObject = Readonly<Record<string, unknown>>

/** What a metadata document says, as far as it has the right shape; what is wrong with it is checked elsewhere. */
export interface RawMetadata {
  product: string
  version: string
  hardware: string
  sets: readonly (readonly RawObject[])[]
}

/** @throws WireError when it is not JSON */
export function readRaw(bytes: Uint8Array): { document: unknown; raw: RawMetadata } {
  const document = parseJson('metadata', bytes)
  const top = isRecord(document) ? document : {}
  const hardware = top['supported-hardware']
  const sets = Array.isArray(top['objects']) ? top['objects'].filter(Array.isArray) : []
  const raw = {
    product: shown(top['product']),
    version: shown(top['version']),
    hardware: Array.isArray(hardware) ? hardware.map(shown).join(', ') : shown(hardware ?? 'any'),
    sets: sets.map((set: readonly unknown[]) => set.filter(isRecord)),
  }
  return { document, raw }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '(none)')
}
