import { Worker } from 'node:worker_threads'
import type { Fuzzed } from './fuzz.ts'
import { Mailbox } from './mailbox.ts'
import type { Finding } from './target.ts'

/** One target, as a thread gets it. */
export interface Job {
  /** URL of the module that exports it among its `targets`. */
  module: string
  target: string
  /** Where its corpus lies. */
  folder: string
  executions: number
  seed: number
  keep: boolean
}

export interface Watching {
  /** An input that takes longer is a finding. Default 20 s: the machine may be busy. */
  hangMs?: number
  /** The most memory a thread may hold. Default 512 MB. */
  mostMegabytes?: number
  progress?: (done: number) => void
}

type Word = { done: number } | { fuzzed: Fuzzed }

/** Fuzzes one target in a thread, and notices when it does not come back or takes all memory. */
export async function fuzzInThread(job: Job, watching: Watching = {}): Promise<Fuzzed> {
  const { hangMs = 20_000, mostMegabytes = 512, progress } = watching
  const mailbox = new Mailbox()
  const thread = new Worker(new URL('thread.ts', import.meta.url), {
    workerData: { ...job, mail: mailbox.memory },
    resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
  })
  const { promise, resolve } = Promise.withResolvers<Fuzzed>()
  const found = (kind: Finding['kind'], message: string) => {
    const finding = { target: job.target, kind, message, input: mailbox.last }
    resolve({ executions: mailbox.count, places: 0, inputs: 0, findings: [finding] })
  }
  thread.on('message', (word: Word) => ('fuzzed' in word ? resolve(word.fuzzed) : progress?.(word.done)))
  thread.on('error', (error) => found('died', String(error)))
  const watch = watchFor(hangMs, mailbox, () => found('hang', `expected an end within ${hangMs} ms`))
  try {
    return await promise
  } finally {
    clearInterval(watch)
    await thread.terminate()
  }
}

function watchFor(hangMs: number, mailbox: Mailbox, stuck: () => void): NodeJS.Timeout {
  let [count, since] = [0, performance.now()]
  return setInterval(() => {
    const now = performance.now()
    if (mailbox.count !== count) [count, since] = [mailbox.count, now]
    // Before the first input it is only starting.
    else if (count > 0 && now - since > hangMs) stuck()
  }, hangMs / 10)
}
