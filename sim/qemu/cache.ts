import { createHash } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Things that take long to make, each under a name that changes with what it is made of. The latest of each is kept. */
export interface Cache {
  folder: string
  /** Makes it unless it is there. `make` fills a path that does not exist yet; what it leaves is kept whole or not at all. */
  keep(name: string, madeOf: readonly string[], make: (path: string) => Promise<void>): Promise<string>
}

export async function openCache(folder: string): Promise<Cache> {
  await mkdir(folder, { recursive: true })
  return {
    folder,
    async keep(name, madeOf, make) {
      const key = createHash('sha256').update(JSON.stringify(madeOf)).digest('hex').slice(0, 12)
      const path = join(folder, `${name}-${key}`)
      if (await exists(path)) return path
      const draft = `${path}.${process.pid}`
      await rm(draft, { recursive: true, force: true })
      await make(draft)
      await rename(draft, path)
      const older = (await readdir(folder)).filter((other) => isOf(name, other) && join(folder, other) !== path)
      for (const other of older) await rm(join(folder, other), { recursive: true })
      return path
    },
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function isOf(name: string, path: string): boolean {
  return path.startsWith(`${name}-`) && /^[0-9a-f]{12}$/.test(path.slice(name.length + 1))
}
