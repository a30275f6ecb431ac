import { most, texts } from './checks.ts'
import { message } from './codec.ts'
import { BlobsInfos, BlobsInfosRequest } from './generated/servicemanager/v5/servicemanager.ts'

/** Digests of blobs that a node wants to fetch. */
export const blobsInfosRequest = message(
  'BlobsInfosRequest',
  BlobsInfosRequest,
  (digests: readonly string[]) => ({ digests: [...digests] }),
  (path, { digests }): readonly string[] => texts(`${path}.digests`, most.digests, digests),
)

/** Where they are, in the same order. */
export const blobsInfos = message(
  'BlobsInfos',
  BlobsInfos,
  (urls: readonly string[]) => ({ urls: [...urls] }),
  (path, { urls }): readonly string[] => texts(`${path}.urls`, most.digests, urls),
)
