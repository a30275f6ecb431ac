import { setTimeout as wait } from 'node:timers/promises'

/** For tests against real programs: looks every 20 ms until there is something. Gives up after a minute. */
export async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let left = 3000; left > 0; left -= 1) {
    const found = await look()
    if (found !== undefined) return found
    await wait(20)
  }
  throw new Error('expected it within a minute')
}
