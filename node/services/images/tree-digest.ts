import { createReadStream } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path/posix'
import { createDigest, type Digest } from '@windlass/trust'

/** One digest of all that a folder holds: names, kinds, modes, owners, links and bytes. Times and attributes do not count. */
export async function treeDigest(folder: string): Promise<string> {
  const digest = createDigest()
  await digestInto(digest, folder)
  return digest.digest()
}

async function digestInto(digest: Digest, folder: string): Promise<void> {
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name)
    const facts = await lstat(path)
    const link = facts.isSymbolicLink() ? await readlink(path) : ''
    const length = facts.isFile() ? facts.size : 0
    digest.update(Buffer.from(`${JSON.stringify([name, facts.mode, facts.uid, facts.gid, length, link])}\n`))
    if (facts.isFile()) for await (const bytes of createReadStream(path)) digest.update(bytes as Uint8Array)
    if (!facts.isDirectory()) continue
    await digestInto(digest, path)
    digest.update(Buffer.from('\n'))
  }
}
