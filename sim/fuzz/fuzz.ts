import { setImmediate as turn } from 'node:timers/promises'
import { Dice } from '../faults/world/dice.ts'
import type { Corpus } from './corpus.ts'
import { Coverage, type Executed, Seen, split } from './coverage.ts'
import { heldBytes } from './held-bytes.ts'
import { mutateBytes } from './mutate-bytes.ts'
import { mutateJson } from './mutate-json.ts'
import type { Finding, Target } from './target.ts'

export interface FuzzOptions {
  executions: number
  seed: number
  /** Whether what reaches new places is written to the corpus. */
  keep: boolean
  /** Called before each execution: who watches for hangs needs to know. */
  begins?: (input: Uint8Array) => void
  progress?: (done: number) => void
}

export interface Fuzzed {
  executions: number
  /** Characters of our code that ran. */
  places: number
  inputs: number
  findings: readonly Finding[]
}

// At first most inputs reach something new, and looking for which one it was takes longer than running them.
const firstBatch = 64
const longestBatch = 8_192
const mostFindings = 5
const mostGrowthBytes = 48 * 1024 * 1024
const mostKeptBytes = 4_096

/** Runs a target on inputs made from its corpus; those that reach new places join it. Stops after five findings. */
export async function fuzz(target: Target, corpus: Corpus, options: FuzzOptions): Promise<Fuzzed> {
  const search = new Search(target, corpus, options)
  try {
    return await search.run()
  } finally {
    search.end()
  }
}

class Search {
  readonly #target: Target
  readonly #corpus: Corpus
  readonly #options: FuzzOptions
  readonly #dice: Dice
  readonly #coverage = new Coverage()
  readonly #seen = new Seen()
  readonly #findings: Finding[] = []
  #executions = 0

  constructor(target: Target, corpus: Corpus, options: FuzzOptions) {
    this.#target = target
    this.#corpus = corpus
    this.#options = options
    this.#dice = new Dice(options.seed)
  }

  end(): void {
    this.#coverage.stop()
  }

  async run(): Promise<Fuzzed> {
    for (const seed of this.#target.seeds) this.#corpus.add(Buffer.from(seed), false)
    this.#coverage.start()
    await this.#all([...this.#corpus.inputs])
    this.#seen.news(this.#coverage.take())
    const { executions } = this.#options
    const before = await heldBytes()
    let size = firstBatch
    while (this.#executions < executions && this.#findings.length < mostFindings) {
      const news = await this.#batch(Math.min(size, executions - this.#executions))
      size = news ? firstBatch : Math.min(longestBatch, size * 2)
      this.#options.progress?.(this.#executions)
    }
    this.#judgeGrowth((await heldBytes()) - before)
    return {
      executions: this.#executions,
      places: this.#seen.places,
      inputs: this.#corpus.inputs.length,
      findings: this.#findings,
    }
  }

  /** Whether any of so many inputs reached new places. Its own function, so that nothing holds them afterwards. */
  async #batch(count: number): Promise<boolean> {
    const batch = Array.from({ length: count }, () => this.#input())
    await this.#all(batch)
    const news = this.#seen.news(this.#coverage.take())
    if (news) await this.#keepWhat(batch, news)
    return news !== undefined
  }

  #input(): Uint8Array {
    const { make, mend, json = false, tokens = [] } = this.#target
    const dice = this.#dice
    if (make && dice.happens(0.3)) return make(dice)
    const [input, other] = [this.#short(), this.#short()]
    const tree = json && dice.happens(0.6) ? mutateJson(input.toString(), other.toString(), dice) : undefined
    const changed = tree === undefined ? mutateBytes(input, dice, { other, tokens }) : Buffer.from(tree)
    return mend && dice.happens(0.7) ? mend(changed) : changed
  }

  /** The shortest of three: short ones are read many times as fast, and a change in them meets something more often. */
  #short(): Buffer {
    const { inputs } = this.#corpus
    const three = [1, 2, 3].map(() => inputs[this.#dice.whole(0, inputs.length - 1)] ?? new Uint8Array())
    return Buffer.from(three.reduce((one, other) => (other.length < one.length ? other : one)))
  }

  async #all(inputs: readonly Uint8Array[]): Promise<void> {
    for (const input of inputs) await this.#one(input)
    // Until then nothing that is referred to weakly can go.
    await turn()
  }

  async #one(input: Uint8Array): Promise<void> {
    this.#executions += 1
    this.#options.begins?.(input)
    try {
      const reading = this.#target.read(input)
      if (reading instanceof Promise) await reading
    } catch (error) {
      if (!this.#target.refuses(error)) this.#found('crash', crashText(error), input)
    }
  }

  /** Halves the batch until it is known which inputs reached the new places. */
  async #keepWhat(batch: readonly Uint8Array[], news: Executed): Promise<void> {
    const [only, ...others] = batch
    if (only && others.length === 0) {
      this.#corpus.add(only, this.#options.keep && only.length <= mostKeptBytes)
      return
    }
    const half = Math.ceil(batch.length / 2)
    await this.#all(batch.slice(0, half))
    const { met, left } = split(news, this.#coverage.take())
    if (met) await this.#keepWhat(batch.slice(0, half), met)
    if (left && half < batch.length) await this.#keepWhat(batch.slice(half), left)
  }

  #found(kind: Finding['kind'], message: string, input: Uint8Array | undefined): void {
    if (this.#findings.some((finding) => finding.message === message)) return
    this.#findings.push({ target: this.#target.name, kind, message, input })
  }

  #judgeGrowth(bytes: number): void {
    if (bytes > mostGrowthBytes)
      this.#found('growth', `expected to hold no more than before, got ${bytes} bytes more`, undefined)
  }
}

/** Without what differs from input to input, so that one defect is one finding. */
function crashText(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`
  const place = /\n\s+at .*/.exec(error.stack ?? '')?.[0].trim() ?? ''
  return `${error.name}: ${error.message.slice(0, 80)} ${place}`
}
