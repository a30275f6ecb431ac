import type { BlobSource } from '@windlass/model/unit'
import * as v from 'valibot'
import { anyCase, count, maybe, present } from '../../oci/document-schema.ts'
import { shape } from '../../updatehub/json-shape.ts'
import type { Dialect } from './dialect.ts'
import { base64, listOf, toBase64 } from './fields.ts'
import { encodeTime, time } from './time.ts'

/*
 * requestBlobUrls and blobUrls (aoscore.md 6.5). `sha256` holds SHA3-256 all the same: base64 by the schema, hexadecimal by
 * AosCore's program; its length tells.
 */

const sha3 = v.pipe(
  v.string(),
  v.transform((written) => new Uint8Array(Buffer.from(written, /^[0-9a-f]{64}$/i.test(written) ? 'hex' : 'base64'))),
  v.check((bytes) => bytes.length === 32, '32 bytes, as base64 or hexadecimal'),
)
const decryptInfo = v.pipe(
  anyCase({ blockAlg: v.nullish(v.string(), 'AES256/CBC/pkcs7'), blockIv: base64, blockKey: base64 }),
  v.transform((o) => ({ algorithm: o.blockAlg, iv: o.blockIv, key: o.blockKey })),
)
const signInfo = v.pipe(
  anyCase({ chainName: v.string(), alg: v.string(), value: base64, trustedTimestamp: time }),
  v.transform((o) => ({
    chainName: o.chainName,
    algorithm: o.alg,
    value: o.value,
    trustedTimestampMs: o.trustedTimestamp,
  })),
)
const blobSource = v.pipe(
  anyCase({
    digest: v.string(),
    urls: v.pipe(
      listOf(v.string()),
      v.check((urls) => urls.length > 0, 'at least one address'),
    ),
    sha256: sha3,
    size: count,
    decryptInfo: maybe(decryptInfo),
    signInfo: maybe(signInfo),
  }),
  v.transform(
    (o): BlobSource =>
      present({
        digest: o.digest,
        urls: o.urls,
        sha3: o.sha256,
        size: o.size,
        decryption: o.decryptInfo,
        signature: o.signInfo,
      }),
  ),
)
const blobUrls = anyCase({ items: listOf(blobSource) })
const requestBlobUrls = anyCase({ digests: listOf(v.string()) })

/** @throws WireError */
export function decodeBlobUrls(data: unknown): readonly BlobSource[] {
  return shape('blobUrls', blobUrls, data).items
}

export function encodeBlobUrls(sources: readonly BlobSource[], dialect: Dialect) {
  return { items: sources.map((source) => encodeSource(source, dialect)) }
}

function encodeSource({ digest, urls, sha3: sum, size, decryption, signature }: BlobSource, dialect: Dialect) {
  return {
    digest,
    urls,
    sha256: dialect === 'schema' ? toBase64(sum) : Buffer.from(sum).toString('hex'),
    size,
    decryptInfo: decryption && {
      blockAlg: decryption.algorithm,
      blockIv: toBase64(decryption.iv),
      blockKey: toBase64(decryption.key),
    },
    signInfo: signature && {
      chainName: signature.chainName,
      alg: signature.algorithm,
      value: toBase64(signature.value),
      trustedTimestamp: encodeTime(signature.trustedTimestampMs),
    },
  }
}

/** @throws WireError */
export function decodeRequestBlobUrls(data: unknown): readonly string[] {
  return shape('requestBlobUrls', requestBlobUrls, data).digests
}
