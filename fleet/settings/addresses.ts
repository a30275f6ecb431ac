import { resolve } from 'node:path'
import type { BlobChoice } from '../adapters/open-place.ts'
import { invalid } from './read-text.ts'

/** A folder, or `s3://BUCKET/PREFIX?endpoint=URL&region=NAME`, of which all but the bucket may be left out. */
export function blobsAt(text: string): BlobChoice {
  if (!/^[a-z0-9]+:\/\//i.test(text)) return { kind: 'folder', path: resolve(text) }
  const url = URL.canParse(text) ? new URL(text) : undefined
  const [endpoint, region] = [url?.searchParams.get('endpoint') ?? null, url?.searchParams.get('region') ?? null]
  const odd = [...(url?.searchParams.keys() ?? [])].find((key) => key !== 'endpoint' && key !== 'region')
  if (url?.protocol !== 's3:' || url.host === '' || odd !== undefined || (endpoint !== null && !URL.canParse(endpoint)))
    throw invalid(
      `blobs: expected a folder or s3://BUCKET/PREFIX?endpoint=URL&region=NAME, got ${JSON.stringify(text)}`,
    )
  return { kind: 's3', bucket: url.host, prefix: url.pathname.replace(/^\/|\/$/g, ''), endpoint, region }
}

/** `host:port`, `[v6]:port or `:port`, which is every address. */
export function parseListen(text: string): { host: string; port: number } {
  const [, v6, name, port = ''] = /^(?:\[([^[\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? []
  if (port === '' || Number(port) > 65535) throw invalid(`listen: expected HOST:PORT, got ${JSON.stringify(text)}`)
  return { host: v6 || name || '::', port: Number(port) }
}
