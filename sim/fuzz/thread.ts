import { parentPort, workerData } from 'node:worker_threads'
import { Corpus } from './corpus.ts'
import { fuzz } from './fuzz.ts'
import type { Job } from './in-thread.ts'
import { Mailbox } from './mailbox.ts'
import type { Target } from './target.ts'

/*
 * What runs in a thread of its own, so that somebody can notice when a target never comes back, or takes all memory.
 */

// A finding tells one place; more frames of each of a million refusals would take a quarter of the time.
Error.stackTraceLimit = 1

const { module, target: name, folder, executions, seed, keep, mail } = workerData as Job & { mail: SharedArrayBuffer }
const mailbox = new Mailbox(mail)
const { targets } = (await import(module)) as { targets: readonly Target[] }
const target = targets.find((one) => one.name === name)
if (!target) throw new Error(`expected a target ${name} in ${module}, found none`)
const progress = (done: number) => parentPort?.postMessage({ done })
const fuzzed = await fuzz(target, new Corpus(folder), {
  executions,
  seed,
  keep,
  progress,
  begins: (input) => mailbox.put(input),
})
parentPort?.postMessage({ fuzzed })
