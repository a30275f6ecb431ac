import { Session } from 'node:inspector'

interface Range {
  startOffset: number
  endOffset: number
  count: number
}
interface Script {
  scriptId: string
  url: string
  functions: { ranges: Range[] }[]
}

/** What was executed: one byte for each character of a script, by the script's id. */
export type Executed = ReadonlyMap<string, Uint8Array>

/**
 * Which places of our own code run, as V8 counts them. `take` says what ran since it was asked last; it takes some ten
 * milliseconds, so it is asked once for many executions.
 */
export class Coverage {
  readonly #session = new Session()

  start(): void {
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
    this.take()
  }

  stop(): void {
    this.#session.disconnect()
  }

  take(): Executed {
    let scripts: readonly Script[] = []
    this.#session.post('Profiler.takePreciseCoverage', (error, answer) => {
      if (!error) scripts = answer.result
    })
    return new Map(scripts.filter(({ url }) => isOurs(url)).map((script) => [script.scriptId, executedIn(script)]))
  }
}

function isOurs(url: string): boolean {
  return url.startsWith('file:') && !url.includes('/node_modules/') && !/\/sim\/(fuzz\/(?!planted)|faults)/.test(url)
}

function executedIn({ functions }: Script): Uint8Array {
  const end = Math.max(0, ...functions.flatMap(({ ranges }) => ranges.map(({ endOffset }) => endOffset)))
  const executed = new Uint8Array(end)
  // Outer ranges come before inner ones, and functions before those inside them.
  for (const { ranges } of functions) {
    for (const { startOffset, endOffset, count } of ranges) executed.fill(count > 0 ? 1 : 0, startOffset, endOffset)
  }
  return executed
}

/** Places that have run, of all executions so far. */
export class Seen {
  readonly #seen = new Map<string, Uint8Array>()

  get places(): number {
    let sum = 0
    for (const bytes of this.#seen.values()) for (const byte of bytes) sum += byte
    return sum
  }

  /** What of this was never seen before; undefined when nothing is new. It counts as seen from now on. */
  news(executed: Executed): Executed | undefined {
    const found = new Map<string, Uint8Array>()
    for (const [script, bytes] of executed) {
      const before = this.#room(script, bytes.length)
      const fresh = new Uint8Array(bytes.length)
      let any = false
      for (let at = 0; at < bytes.length; at++) {
        if (bytes[at] !== 1 || before[at] === 1) continue
        before[at] = 1
        fresh[at] = 1
        any = true
      }
      if (any) found.set(script, fresh)
    }
    return found.size > 0 ? found : undefined
  }

  #room(script: string, size: number): Uint8Array {
    const there = this.#seen.get(script) ?? new Uint8Array()
    if (there.length >= size) return there
    const larger = new Uint8Array(size)
    larger.set(there)
    this.#seen.set(script, larger)
    return larger
  }
}

/** What of the wanted places was executed, and what was not; each undefined when it is nothing. */
export function split(wanted: Executed, executed: Executed): { met: Executed | undefined; left: Executed | undefined } {
  const [met, left] = [new Map<string, Uint8Array>(), new Map<string, Uint8Array>()]
  for (const [script, bytes] of wanted) {
    const came = executed.get(script) ?? new Uint8Array()
    const [both, rest] = [new Uint8Array(bytes.length), new Uint8Array(bytes.length)]
    // Loops, not `map`: this walks megabytes for each half of a batch that reached something new.
    for (let at = 0; at < bytes.length; at++) {
      if (bytes[at] === 1) (came[at] === 1 ? both : rest)[at] = 1
    }
    if (both.includes(1)) met.set(script, both)
    if (rest.includes(1)) left.set(script, rest)
  }
  return { met: met.size > 0 ? met : undefined, left: left.size > 0 ? left : undefined }
}
