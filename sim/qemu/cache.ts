import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Things that take long to make, each under a name that changes with what it is made of. The latest of each is kept.
 * Processes may share it: what one makes, the others wait for.
 */
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
      return whileLocked(join(folder, `${name}.lock`), async () => {
        if (await exists(path)) return path
        const draft = `${path}.draft`
        await rm(draft, { recursive: true, force: true })
        await make(draft)
        await rename(draft, path)
        const older = (await readdir(folder)).filter((other) => isOf(name, other) && join(folder, other) !== path)
        for (const other of older) await rm(join(folder, other), { recursive: true })
        return path
      })
    },
  }
}

/** The lock is held by a child that ends when its input does, so also when this process dies. */
async function whileLocked<T>(lock: string, work: () => Promise<T>): Promise<T> {
  const holder = spawn('flock', [lock, 'cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(holder, 'close').then(() => 'ended' as const)
  holder.stdin.write('\n')
  const answer = await Promise.race([once(holder.stdout, 'data'), ended])
  if (answer === 'ended') throw new Error(`expected the lock ${lock}, but flock gave up`)
  try {
    return await work()
  } finally {
    holder.stdin.end()
    await ended
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function isOf(name: string, path: string): boolean {
  return path.startsWith(`${name}-`) && /^[0-9a-f]{12}(\.draft.*)?$/.test(path.slice(name.length + 1))
}
