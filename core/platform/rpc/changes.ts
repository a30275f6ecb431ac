/**
 * What `watch` tells, from the first read until the caller has gone: the body of a feed. One who reads slowly misses nothing,
 * unless `shorten` takes something out of the queue, which it is given after each value that comes in.
 */
export async function* changes<T extends object>(
  gone: AbortSignal,
  watch: (tell: (value: T) => void) => () => void,
  shorten: (queue: T[]) => void = () => {},
): AsyncIterable<T> {
  const queue: T[] = []
  let wake = Promise.withResolvers<void>()
  const rouse = () => wake.resolve()
  const unsubscribe = watch((value) => {
    queue.push(value)
    shorten(queue)
    rouse()
  })
  gone.addEventListener('abort', rouse)
  try {
    while (!gone.aborted) {
      const next = queue.shift()
      if (next) yield next
      else await wake.promise
      wake = Promise.withResolvers<void>()
    }
  } finally {
    gone.removeEventListener('abort', rouse)
    unsubscribe()
  }
}
