import * as v from 'valibot'
import { anyCase, descriptor, list, maybe, present, readDocument, texts } from './document-schema.ts'
import type { Manifest } from './documents.ts'
import { mediaTypes } from './media-types.ts'

const manifest = anyCase({
  schemaVersion: v.nullish(v.literal(2), 2),
  config: descriptor,
  layers: list(descriptor),
  aosItemConfig: maybe(descriptor),
  aosService: maybe(descriptor), // the older generation's key
  annotations: texts,
})

/** An OCI image manifest or Docker's, with AosCore's addition where it is there. @throws WireError */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const { config, layers, aosItemConfig, aosService, annotations } = readDocument('manifest', manifest, bytes)
  return present({ config, layers, itemConfig: aosItemConfig ?? aosService, annotations })
}

export function encodeManifest({ config, layers, itemConfig, annotations }: Manifest): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config,
    layers,
    ...(itemConfig && { aosItemConfig: itemConfig }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  })
}
