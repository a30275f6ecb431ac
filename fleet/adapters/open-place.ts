import type { BlobPlace } from '../blobs/place.ts'
import { StartError } from '../fleet-error.ts'
import { type FolderPorts, folderPlace } from './folder-place.ts'

/** `endpoint`: of a store that is not Amazon's. */
export interface S3Choice {
  kind: 's3'
  bucket: string
  prefix: string
  endpoint: string | null
  region: string | null
}

export type BlobChoice = { kind: 'folder'; path: string } | S3Choice

/** Opens the place of a fleet's bytes. `scratch`: a folder of this process alone. @throws StartError `blobs_unusable` */
export async function openPlace(choice: BlobChoice, scratch: string, ports: FolderPorts): Promise<BlobPlace> {
  try {
    if (choice.kind === 'folder') return await folderPlace(choice.path, ports)
    return await (await import('./s3-place.ts')).s3Place(choice, scratch, ports)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const where = choice.kind === 'folder' ? choice.path : `s3://${choice.bucket}/${choice.prefix}`
    throw new StartError('blobs_unusable', `expected a place for packages and blobs at ${where}, got: ${why}`, {
      cause,
    })
  }
}
