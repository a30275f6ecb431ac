import { byteRange, type Files, type HttpHandler, type HttpResponse } from '@windlass/platform'
import type { Images } from '../ports.ts'
import { readFile } from './read-file.ts'

const path = /^\/blobs\/sha256\/([a-f0-9]{64})$/

/**
 * Hands the unit's blobs to its nodes: `GET /blobs/sha256/<hex>`, whole or one range, and nothing else; no list
 * (aoscore.md 8.7). It carries no secret and no authority, as every reader checks the digest: bind it to the unit's inside.
 */
export function blobServer(images: Pick<Images, 'blobPath'>, files: Pick<Files, 'open' | 'facts'>): HttpHandler {
  return async ({ method, path: asked, headers }) => {
    const hex = path.exec(asked)?.[1]
    if (hex === undefined) return notFound
    if (method !== 'GET') return { status: 405, headers: { allow: 'GET, HEAD' }, body: 'only GET\n' }
    const file = await images.blobPath(`sha256:${hex}`)
    const facts = file === undefined ? undefined : await files.facts(file)
    if (file === undefined || facts === undefined) return notFound
    return answer(files, { file, size: facts.size, etag: `"${hex}"` }, headers)
  }
}

const notFound: HttpResponse = { status: 404, body: 'no such blob\n' }

function answer(
  files: Pick<Files, 'open'>,
  { file, size, etag }: { file: string; size: number; etag: string },
  headers: Readonly<Record<string, string>>,
): HttpResponse {
  const common = { etag, 'accept-ranges': 'bytes', 'content-type': 'application/octet-stream' }
  const fresh = headers['if-range'] === undefined || headers['if-range'] === etag
  const range = fresh ? byteRange(headers['range'], size) : undefined
  if (range === 'beyond') return { status: 416, headers: { ...common, 'content-range': `bytes */${size}` }, body: '' }
  const { first, last } = range ?? { first: 0, last: size - 1 }
  return {
    status: range ? 206 : 200,
    headers: {
      ...common,
      'content-length': String(last - first + 1),
      ...(range && { 'content-range': `bytes ${first}-${last}/${size}` }),
    },
    body: owned(readFile(files, file, { at: first, end: last + 1 })),
  }
}

/** A socket keeps what it is given until that is sent. */
async function* owned(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield piece.slice()
}
