import { decodeIndex } from '@windlass/wire/oci'
import { type ItemRecord, type OperatorClient, operatorPaths } from '@windlass/wire/operator'
import { upload } from '../../live/upload.ts'
import { tarEntries } from './tar-entries.ts'

/** A service as an OCI layout in a tar archive (`skopeo copy … oci-archive:FILE`), and by what it is to be known. */
export interface ItemFile {
  file: Blob
  itemId: string
  version: string
}

interface Means {
  client: OperatorClient
  token: string | undefined
  progress: (sentBytes: number, allBytes: number) => void
  signal: AbortSignal
}

const blobName = /^blobs\/sha256\/([a-f0-9]{64})$/

/** Sends what the fleet lacks of an image, then makes it an item. @throws OperatorError, Error where the archive is off */
export async function uploadItem({ file, itemId, version }: ItemFile, means: Means): Promise<ItemRecord> {
  const { client, token, progress, signal } = means
  const entries = await tarEntries(file)
  const top = entries.get('index.json')
  if (!top) throw new Error('expected an OCI layout in the archive, got one without index.json')
  const { entries: images } = decodeIndex(new Uint8Array(await top.arrayBuffer()))
  const [image] = images
  if (!image || images.length > 1) throw new Error(`expected one image in the layout, got ${images.length}`)
  const blobs = [...entries].flatMap(([name, content]) => {
    const digest = blobName.exec(name)?.[1]
    return digest === undefined ? [] : [{ digest: `sha256:${digest}`, content }]
  })
  const all = blobs.reduce((sum, { content }) => sum + content.size, 0)
  let done = 0
  for (const { digest, content } of blobs) {
    const path = operatorPaths.blob(digest)
    const before = done
    if (!(await client.hasBlob(digest)))
      await upload(content, { method: 'PUT', path, token, progress: (sent) => progress(before + sent, all), signal })
    done += content.size
    progress(done, all)
  }
  return client.addItem({ itemId, type: 'service', version, indexDigest: image.digest })
}
