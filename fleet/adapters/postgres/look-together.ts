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
const mostAtOnce = 2

/**
 * One statement, and one write to the disk, for all devices that are heard while the statements before are under way: alone a
 * device waits for nobody, and a thousand at once do not cost a thousand commits.
 */
export function lookTogether(pool: pg.Pool): LookOne {
  const waiting: Waiting[] = []
  // A statement changes a row once, and two that change the same rows may wait for each other for ever.
  const underWay = new Set<string>()
  let running = 0

  const next = (): void => {
    if (running >= mostAtOnce || waiting.length === 0) return
    const batch = takeFrom(waiting, underWay)
    if (batch.length === 0) return
    running += 1
    void ask(pool, batch).finally(() => {
      running -= 1
      for (const { asked } of batch) underWay.delete(asked.sight.id)
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

function takeFrom(waiting: Waiting[], underWay: Set<string>): Waiting[] {
  const batch: Waiting[] = []
  const rest: Waiting[] = []
  for (const one of waiting) {
    const { id } = one.asked.sight
    if (batch.length >= mostTogether || underWay.has(id)) rest.push(one)
    else {
      underWay.add(id)
      batch.push(one)
    }
  }
  waiting.splice(0, waiting.length, ...rest)
  return batch
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
