import * as v from 'valibot'
import { anyCase, descriptorFields, list, maybe, present, readDocument, text, texts } from './document-schema.ts'
import type { Index, IndexEntry, Manifest } from './documents.ts'
import { decodeManifest } from './manifest.ts'
import { indexTypes, manifestTypes, mediaTypes } from './media-types.ts'
import { platformDocument, platformOf, platformSchema } from './platform.ts'

const entry = anyCase({ ...descriptorFields, platform: maybe(platformSchema), annotations: texts })
const version = v.nullish(v.literal(2), 2)
const index = anyCase({ schemaVersion: version, mediaType: text, manifests: list(entry) })
const head = anyCase({ schemaVersion: version, mediaType: text, manifests: v.optional(v.unknown()) })

/** An OCI image index or Docker's manifest list. @throws WireError */
export function decodeIndex(bytes: Uint8Array): Index {
  const { manifests } = readDocument('index', index, bytes)
  return {
    entries: manifests.map(({ mediaType, digest, size, platform, annotations }) =>
      present({ mediaType, digest, size, platform: platform && platformOf(platform), annotations }),
    ),
  }
}

/** What an item's digest or an image's name leads to: an index, or (plain images) its only manifest. @throws WireError */
export function decodeIndexOrManifest(
  bytes: Uint8Array,
): { kind: 'index'; index: Index } | { kind: 'manifest'; manifest: Manifest } {
  const { mediaType, manifests } = readDocument('index', head, bytes)
  const plain = manifestTypes.includes(mediaType) || (!indexTypes.includes(mediaType) && manifests === undefined)
  if (plain) return { kind: 'manifest', manifest: decodeManifest(bytes) }
  return { kind: 'index', index: decodeIndex(bytes) }
}

export function encodeIndex({ entries }: Index): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: entries.map(entryDocument),
  })
}

function entryDocument({ mediaType, digest, size, platform, annotations }: IndexEntry): Record<string, unknown> {
  const noted = Object.keys(annotations).length > 0
  return {
    mediaType,
    digest,
    size,
    ...(platform && { platform: platformDocument(platform) }),
    ...(noted && { annotations }),
  }
}

/** What build tools add beside an image to say how it was made; nothing that runs. */
export function isAttestation({ platform, annotations }: Pick<IndexEntry, 'platform' | 'annotations'>): boolean {
  return platform?.os === 'unknown' || annotations['vnd.docker.reference.type'] === 'attestation-manifest'
}
