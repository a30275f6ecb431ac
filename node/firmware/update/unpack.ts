import { dirname } from 'node:path/posix'
import type { ObjectBase } from '@windlass/model'
import type { PackageArchive } from '@windlass/trust/archive'
import type { Ports } from './ports.ts'

/** Unpacks objects into the download folder, in one pass; each is checked while it streams. */
export async function unpack(
  archive: PackageArchive,
  objects: readonly ObjectBase[],
  p: Ports,
  stop: AbortSignal,
): Promise<void> {
  const [first] = objects
  if (!first) return
  await p.files.makeFolder(dirname(p.store.payload(first).path))
  await p.store.ensureSpace(objects)
  const bySha = new Map(objects.map((object) => [object.sha256sum, object]))
  await archive.extract([...bySha.values()], (name, chunks) => write(name, chunks), stop)

  async function write(name: ObjectBase['sha256sum'], chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const object = bySha.get(name)
    if (!object) return
    const file = await p.files.open(p.store.payload(object).path, 'create')
    try {
      let at = 0
      for await (const chunk of chunks) {
        stop.throwIfAborted()
        await file.write(chunk, at)
        at += chunk.length
      }
      await file.sync()
    } finally {
      await file.close()
    }
  }
}
