import {
  decodeImageConfig,
  decodeIndexOrManifest,
  decodeItemConfig,
  parseDuration,
  WireError,
} from '@windlass/wire/oci'
import type { Target } from '../target.ts'

const digest = `sha256:${'a'.repeat(64)}`
const descriptor = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 10 }
const index = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  manifests: [{ ...descriptor, platform: { architecture: 'amd64', os: 'linux' } }],
}
const manifest = {
  schemaVersion: 2,
  config: descriptor,
  layers: [{ ...descriptor, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }],
}
const image = {
  architecture: 'amd64',
  os: 'linux',
  config: { Entrypoint: ['/x'], Cmd: ['y'], Env: ['A=b'], WorkingDir: '/' },
  rootfs: { type: 'layers', diff_ids: [digest] },
}
const item = {
  runtimes: ['runc'],
  quotas: { cpuLimit: 10, ramLimit: 1_000 },
  runParameters: { startInterval: '1m', startBurst: 3 },
  alertRules: { ram: { minThreshold: 10, maxThreshold: 20, minTimeout: 'PT1M' } },
}

const readers = [decodeIndexOrManifest, decodeImageConfig, decodeItemConfig]

/** Each document of an item, whatever it claims to be. */
const documents: Target = {
  name: 'oci-documents',
  json: true,
  seeds: [index, manifest, image, item].map((document) => JSON.stringify(document)),
  tokens: ['"mediaType"', '"digest"', '"sha256:', '"layers"', '"manifests"', 'P1DT2H', 'PT0.5S', '{', '}', '[', ']'],
  read(input) {
    parseDuration(Buffer.from(input).toString())
    for (const read of readers) {
      try {
        read(input)
      } catch (error) {
        if (!(error instanceof WireError)) throw error
      }
    }
  },
  refuses: (error) => error instanceof WireError,
}

export const oci: readonly Target[] = [documents]
