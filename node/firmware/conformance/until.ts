import { setTimeout as wait } from 'node:timers/promises'

const mostMs = 60_000
const everyMs = 15

/** Waits until `look` finds something. `otherwise` says more when it never does. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  otherwise = () => '',
): Promise<NonNullable<T>> {
  for (const end = Date.now() + mostMs; ; await wait(everyMs)) {
    const found = await look()
    if (found) return found
    if (Date.now() > end) throw new Error(`expected ${what} within ${mostMs / 1000} s\n${otherwise()}`)
  }
}
