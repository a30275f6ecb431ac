import type { Clock } from '@windlass/platform'

/** What a fleet stands on, by name; each throws while it cannot be reached. */
export type Needs = Readonly<Record<string, () => Promise<unknown>>>

const patienceMs = 2000

/** Names of those that do not answer, or not in two seconds. */
export async function notReached(needs: Needs, clock: Clock): Promise<string[]> {
  const over = new AbortController()
  const late = clock.sleep(patienceMs, over.signal).then(
    () => false,
    () => false,
  )
  const isReached = (ask: () => Promise<unknown>) =>
    Promise.resolve()
      .then(ask)
      .then(
        () => true,
        () => false,
      )
  const answers = Object.entries(needs).map(async ([name, ask]) =>
    (await Promise.race([isReached(ask), late])) ? [] : [name],
  )
  const names = await Promise.all(answers)
  over.abort()
  return names.flat()
}
