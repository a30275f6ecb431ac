import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { encodeIndex, encodeManifest, mediaTypes } from '@windlass/wire/oci'
import { pack } from 'tar-stream'

/** A service's image as `skopeo copy … oci-archive:FILE` leaves it: an OCI layout in a tar archive. Answers its path. */
export async function serviceArchive(folder: string, name: string): Promise<string> {
  const tar = pack()
  const put = (text: string, mediaType: string) => {
    const digest = createHash('sha256').update(text).digest('hex')
    tar.entry({ name: `blobs/sha256/${digest}` }, text)
    return { mediaType, digest: `sha256:${digest}`, size: text.length, annotations: {} }
  }
  const config = put('{"os":"linux","architecture":"amd64"}', mediaTypes.config)
  const layer = put(name.repeat(4000), mediaTypes.layer)
  const manifest = put(encodeManifest({ config, layers: [layer], annotations: {} }), mediaTypes.manifest)
  tar.entry({ name: 'oci-layout' }, '{"imageLayoutVersion":"1.0.0"}')
  tar.entry({ name: 'index.json' }, encodeIndex({ entries: [manifest] }))
  tar.finalize()
  const path = join(folder, `${name}.tar`)
  await pipeline(tar, createWriteStream(path))
  return path
}
