import type { OperatorClient } from '@windlass/wire/operator'

export interface Retried {
  done: number
  allowed: number
  /** Devices on which nothing failed. */
  needless: number
}

const atOnce = 6

/** Lets each device try once more what failed there or was taken back; tells after each how far it is. @throws OperatorError */
export async function retryEach(
  client: Pick<OperatorClient, 'device' | 'retry'>,
  ids: readonly string[],
  tell: (so: Retried) => void,
): Promise<Retried> {
  const so = { done: 0, allowed: 0, needless: 0 }
  const left = ids.values()
  const worker = async (): Promise<void> => {
    for (const id of left) {
      const failed = (await client.device(id)).attempts.filter(
        ({ state, retry }) => (state === 'failed' || state === 'rolled_back') && !retry,
      )
      for (const attempt of failed) await client.retry(id, attempt.package)
      so.done += 1
      so[failed.length > 0 ? 'allowed' : 'needless'] += 1
      tell({ ...so })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return so
}
