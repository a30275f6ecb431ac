import { on } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Choice, Tried } from './crash-points.ts'

/** What a thread says: of each point, and at last that it is done. */
export type Word = { tried: Tried } | { done: true }

/** The chosen points, tried in so many threads at a time. Courses are told once; points in no order. */
export async function* crashPointsInThreads(choice: Choice, workers: number): AsyncGenerator<Tried> {
  const stop = new AbortController()
  const threads = Array.from({ length: workers }, (_, worker) => startThread({ ...choice, worker, workers }))
  try {
    yield* merged(threads, stop.signal)
  } finally {
    stop.abort()
    for (const thread of threads) await thread.terminate()
  }
}

function startThread(choice: Choice): Worker {
  return new Worker(new URL('point-thread.ts', import.meta.url), { workerData: choice })
}

async function* merged(threads: readonly Worker[], signal: AbortSignal): AsyncGenerator<Tried> {
  const words: AsyncIterator<[Word, number]>[] = threads.map((thread, index) => numbered(thread, index, signal))
  const next = new Map(words.map((word, index) => [index, word.next()]))
  while (next.size > 0) {
    const { value } = await Promise.race(next.values())
    const [word, index] = value as [Word, number]
    if ('done' in word) next.delete(index)
    else {
      next.set(index, (words[index] as AsyncIterator<[Word, number]>).next())
      if (!('recorded' in word.tried) || index === 0) yield word.tried
    }
  }
}

async function* numbered(thread: Worker, index: number, signal: AbortSignal): AsyncGenerator<[Word, number]> {
  for await (const [word] of on(thread, 'message', { signal })) yield [word as Word, index]
}
