import { fileURLToPath } from 'node:url'
import { type BlobOffer, type BlobOrigin, httpPlace, type Patience } from '@windlass/images'
import type { BlobSource } from '@windlass/model/unit'
import type { Files, Http } from '@windlass/platform'
import type { Cloud } from '../../ports.ts'
import { filePlace } from './file-place.ts'

/** The cloud says where blobs are. While it is away it is waited for, as long as the update may last. */
export function cloudOrigin(
  cloud: Pick<Cloud, 'connected' | 'watch' | 'blobSources'>,
  ports: { http: Http; files: Files },
  patience: Patience,
): BlobOrigin {
  const place = (url: string) =>
    url.startsWith('file:') ? filePlace(ports.files, fileURLToPath(url)) : httpPlace(ports.http, url, patience)
  const offer = ({ urls, ...source }: BlobSource): BlobOffer => ({ ...source, places: urls.map(place) })
  return {
    async sources(digests, stop) {
      await connected(cloud, stop)
      return (await cloud.blobSources(digests, stop)).map(offer)
    },
  }
}

async function connected(cloud: Pick<Cloud, 'connected' | 'watch'>, stop: AbortSignal): Promise<void> {
  stop.throwIfAborted()
  if (cloud.connected()) return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const leave = cloud.watch((news) => {
    if (news.kind === 'connection' && news.connected) resolve()
  })
  const abort = () => reject(stop.reason)
  stop.addEventListener('abort', abort, { once: true })
  try {
    await promise
  } finally {
    leave()
    stop.removeEventListener('abort', abort)
  }
}
