import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** An object with its bytes: what stands in the metadata, size and digest excepted. */
export interface Content {
  bytes: Buffer
  fields: Record<string, unknown>
}

/** A package as a server holds it. */
export interface Release {
  metadata: Buffer
  uid: string
  objects: ReadonlyMap<string, Buffer>
  signature: string | undefined
}

export const productUid = '3f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d4692'

export function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The `test` object of updatehub.md 9, or one with other bytes. */
export function testObject(bytes: string | Buffer = '1234567890', fields: Record<string, unknown> = {}): Content {
  const mode = { mode: 'test', filename: 'object.bin', target: '/dev/null', 'force-check-requirements-fail': false }
  return { bytes: Buffer.from(bytes), fields: { ...mode, ...fields } }
}

export function rawObject(bytes: string | Buffer, target: string, fields: Record<string, unknown> = {}): Content {
  const mode = { mode: 'raw', filename: 'object.img', 'target-type': 'device', target }
  return { bytes: Buffer.from(bytes), fields: { ...mode, ...fields } }
}

/** A package of these objects, the same in both sets unless `setB` is given. `more` overrides the top level. */
export function release(setA: Content[] = [testObject()], more: Record<string, unknown> = {}, setB = setA): Release {
  const metadata = { product: productUid, version: '3.1', objects: [setA.map(listed), setB.map(listed)], ...more }
  return releaseOf(JSON.stringify(metadata), [...setA, ...setB])
}

/** The same with the metadata as it is given. */
export function releaseOf(metadata: string | Buffer, contents: readonly Content[] = [testObject()]): Release {
  return {
    metadata: Buffer.from(metadata),
    uid: sha256(metadata),
    objects: new Map(contents.map(({ bytes }) => [sha256(bytes), bytes])),
    signature: undefined,
  }
}

function listed({ bytes, fields }: Content): Record<string, unknown> {
  return { size: bytes.length, sha256sum: sha256(bytes), ...fields }
}

/** Entries of a uhupkg in their order. */
export function entriesOf({ metadata, signature = '', objects }: Release): Map<string, Buffer | string> {
  return new Map<string, Buffer | string>([['signature', signature], ['metadata', metadata], ...objects])
}

const archivers = {
  zip: ['zip', '-q', '-0', '-X'],
  'zip-deflate': ['zip', '-q', '-9', '-X'],
  tar: ['tar', '-cf'],
  'tar.gz': ['tar', '-czf'],
} as const
export type ArchiveKind = keyof typeof archivers

/** Writes an archive with the programs that people use. @returns its path */
export async function writeArchive(
  path: string,
  content: Release | Map<string, Buffer | string>,
  kind: ArchiveKind = 'zip',
  prefix = '',
): Promise<string> {
  const entries = content instanceof Map ? content : entriesOf(content)
  const folder = `${path}.content`
  await mkdir(folder, { recursive: true })
  for (const [name, bytes] of entries) await writeFile(`${folder}/${name}`, bytes)
  const [program, ...options] = archivers[kind]
  await run(program, [...options, path, ...[...entries.keys()].map((name) => prefix + name)], { cwd: folder })
  await rm(folder, { recursive: true })
  return path
}
