import type pg from 'pg'
import { type Asked, type Look, look } from './look.ts'

/** Looks at one device. */
export type LookOne = (asked: Asked) => Promise<Look>

interface Waiting {
  asked: Asked
  resolve(found: Look): void
  reject(error: unknown): void
}

const mostTogether = 64

/**
 * One statement for all devices that are heard while the one before is under way: alone a device waits for nobody, and a thousand at
 * once cost a few statements. Two at a time would be half as large each, and most of what one costs is to begin it.
 */
export function lookTogether(pool: pg.Pool): LookOne {
  const waiting: Waiting[] = []
  let busy = false

  const next = (): void => {
    if (busy || waiting.length === 0) return
    busy = true
    void ask(pool, takeFrom(waiting)).finally(() => {
      busy = false
      next()
    })
  }
  return (asked) => {
    const { promise, resolve, reject } = Promise.withResolvers<Look>()
    waiting.push({ asked, resolve, reject })
    // After this turn of the loop: what was read from other connections in it comes along.
    setImmediate(next)
    return promise
  }
}

/** Each device once: a statement changes a row once. */
function takeFrom(waiting: Waiting[]): Waiting[] {
  const batch = new Map<string, Waiting>()
  const rest: Waiting[] = []
  for (const one of waiting) {
    const { id } = one.asked.sight
    if (batch.size >= mostTogether || batch.has(id)) rest.push(one)
    else batch.set(id, one)
  }
  waiting.splice(0, waiting.length, ...rest)
  return [...batch.values()]
}

async function ask(pool: pg.Pool, batch: readonly Waiting[]): Promise<void> {
  try {
    const found = await look(
      pool,
      batch.map(({ asked }) => asked),
    )
    for (const [at, { resolve }] of batch.entries()) resolve(found[at] as Look)
  } catch (error) {
    if (batch.length === 1) batch[0]?.reject(error)
    // What one of them brought must not be the others' loss, nor two fleets waiting for each other.
    else for (const one of batch) await ask(pool, [one])
  }
}
