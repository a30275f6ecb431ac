import { parentPort, workerData } from 'node:worker_threads'
import { play } from '../play.ts'
import { newKeyRing } from '../world/key-ring.ts'
import { type Choice, crashPoints } from './crash-points.ts'
import type { Word } from './in-threads.ts'

/*
 * Tries its share of the crash points in a thread of its own.
 */

// As in the main thread: errors are plenty here and nobody reads where they were thrown.
Error.stackTraceLimit = 0
const keys = await newKeyRing()
const tell = (word: Word) => parentPort?.postMessage(word)
for await (const tried of crashPoints((scenario) => play(scenario, keys), workerData as Choice)) tell({ tried })
tell({ done: true })
