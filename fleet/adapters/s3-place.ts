import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  paginateListObjectsV2,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type { BlobPlace } from '../blobs/place.ts'
import type { FolderPorts } from './folder-place.ts'
import type { S3Choice } from './open-place.ts'
import { s3Blobs } from './s3-blobs.ts'
import { s3Packages } from './s3-packages.ts'
import { s3Pushes } from './s3-pushes.ts'

/** What is kept under a name in a bucket. A name shows nothing, or all of what was put there. */
export interface Bucket {
  /** Nothing is seen of it when the body fails. */
  put(name: string, body: Readable): Promise<void>
  /** `length` at least 1. */
  read(name: string, start: number, length: number): Promise<Readable>
  whole(name: string): Promise<Readable>
  /** Undefined where there is none. */
  text(name: string): Promise<string | undefined>
  list(prefix: string): AsyncIterable<{ name: string; changedMs: number }>
  remove(name: string): Promise<void>
}

/** The bytes of a fleet in an S3-compatible store. Credentials come from where all programs of that kind find them: AWS_… */
export async function s3Place(choice: S3Choice, scratch: string, ports: FolderPorts): Promise<BlobPlace> {
  const bucket = await openBucket(choice)
  const drafts = join(scratch, 'incoming')
  await mkdir(drafts, { recursive: true })
  return {
    packages: s3Packages(bucket, drafts, ports),
    blobs: s3Blobs(bucket),
    pushes: s3Pushes(bucket, drafts, ports.random),
    owner: async () => (await bucket.text('fleet-id'))?.trim(),
    give: (fleet) => bucket.put('fleet-id', textStream(`${fleet}\n`)),
    async erase() {
      for (const kind of ['packages/', 'blobs/', 'pushes/'])
        for await (const { name } of bucket.list(kind)) await bucket.remove(name)
      await bucket.remove('fleet-id')
    },
  }
}

async function openBucket({ bucket: Bucket, prefix, endpoint, region }: S3Choice): Promise<Bucket> {
  const client = new S3Client({
    region: region ?? process.env['AWS_REGION'] ?? 'us-east-1',
    ...(endpoint !== null && { endpoint, forcePathStyle: true }),
    // Stores other than Amazon's do not all know the newer checksums; ours is the digest.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  await client.send(new HeadBucketCommand({ Bucket }))
  const keyOf = (name: string): string => (prefix === '' ? name : `${prefix}/${name}`)
  const get = async (name: string, range?: string): Promise<Readable> => {
    const found = await client.send(new GetObjectCommand({ Bucket, Key: keyOf(name), ...(range && { Range: range }) }))
    return found.Body as Readable
  }
  return {
    async put(name, body) {
      const cached = { CacheControl: 'public, max-age=31536000, immutable', ContentType: 'application/octet-stream' }
      // Several parts for what is large; it is there when the last has come, and not before.
      await new Upload({ client, params: { Bucket, Key: keyOf(name), Body: body, ...cached } }).done()
    },
    whole: (name) => get(name),
    read: (name, start, length) => get(name, `bytes=${start}-${start + length - 1}`),
    async text(name) {
      const body = await get(name).catch((error: unknown) => {
        if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return undefined
        throw error
      })
      return body && (await wholeText(body))
    },
    async *list(within) {
      for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: keyOf(within) })) {
        for (const { Key = '', LastModified } of page.Contents ?? [])
          yield { name: Key.slice(keyOf('').length), changedMs: LastModified?.getTime() ?? Infinity }
      }
    },
    remove: async (name) => void (await client.send(new DeleteObjectCommand({ Bucket, Key: keyOf(name) }))),
  }
}

function textStream(text: string): Readable {
  return Readable.from([Buffer.from(text)])
}

async function wholeText(body: Readable): Promise<string> {
  return Buffer.concat(await Array.fromAsync(body as AsyncIterable<Uint8Array>)).toString()
}
