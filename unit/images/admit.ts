import { createHash } from 'node:crypto'
import type { BlobOffer } from '@windlass/images'
import { BlobError } from './blob-error.ts'
import { type BlobStore, hexOf } from './blob-store.ts'
import { createDecrypter, type Decrypter } from './decryption.ts'
import { readFile } from './read-file.ts'
import type { SignatureCheck } from './signature.ts'

/** A whole file in `downloads`, and what its clear bytes must turn out to be. */
export interface Arrival {
  offer: BlobOffer
  /** Of the clear blob, where it is known. */
  size: number | undefined
  signature: SignatureCheck | undefined
}

/**
 * Checks a download in one reading, decrypting it on the way, and takes it into the store (aoscore.md 4.4). What is not
 * right never gets its final name, and is removed. `written` hears of decrypted bytes.
 * @throws BlobError `damaged`, `checksum`, `decryption`, `signature`, `document`; the reason of `stop`, which removes nothing
 */
export async function admit(
  store: BlobStore,
  arrival: Arrival,
  written: (bytes: number) => void,
  stop: AbortSignal,
): Promise<void> {
  const { digest, decryption } = arrival.offer
  const [downloaded, clear] = [store.partPath(digest), store.unverifiedPath(digest)]
  try {
    const decrypter = decryption && createDecrypter(decryption)
    const output = decrypter && (await store.files.open(clear, 'create'))
    try {
      let at = 0
      await check(store, arrival, decrypter, stop, async (bytes) => {
        await output?.write(bytes, at)
        at += bytes.length
        if (output) written(bytes.length)
      })
    } finally {
      await output?.close()
    }
    await store.admit(output ? clear : downloaded, digest)
  } catch (error) {
    if (decryption) await store.files.remove(clear)
    if (error instanceof BlobError) await store.files.remove(downloaded)
    throw error
  }
  if (decryption) await store.files.remove(downloaded)
}

async function check(
  store: BlobStore,
  { offer, size, signature }: Arrival,
  decrypter: Decrypter | undefined,
  stop: AbortSignal,
  take: (clear: Uint8Array) => Promise<void>,
): Promise<void> {
  const travelled = createHash('sha3-256')
  const hash = createHash('sha256')
  let length = 0
  const clear = async (bytes: Uint8Array) => {
    hash.update(bytes)
    signature?.update(bytes)
    length += bytes.length
    await take(bytes)
  }
  for await (const bytes of readFile(store.files, store.partPath(offer.digest), {}, stop)) {
    if (offer.sha3) travelled.update(bytes)
    await clear(decrypter ? decrypter.update(bytes) : bytes)
  }
  if (offer.sha3)
    expectSame('damaged', 'a file of SHA3-256', Buffer.from(offer.sha3).toString('hex'), travelled.digest('hex'))
  if (decrypter) await clear(decrypter.final())
  // Without a hash of the file as it travels, nobody can tell where it went wrong.
  expectSame(offer.sha3 ? 'checksum' : 'damaged', 'a blob of SHA-256', hexOf(offer.digest), hash.digest('hex'))
  if (size !== undefined && length !== size)
    throw new BlobError('document', `${offer.digest}: expected ${size} bytes as its descriptor says, got ${length}`)
  await signature?.verify()
}

function expectSame(code: 'damaged' | 'checksum', what: string, expected: string, came: string): void {
  if (expected !== came) throw new BlobError(code, `expected ${what} ${expected}, got ${came}`)
}
