import { familyOf, type Memory, memoryOf, processorSeconds } from './proc.ts'
import { type Program, run } from './run-program.ts'

/** What one installation took. Memory in bytes, at its peak, over all processes that took part. */
export interface Cost {
  seconds: number
  processorSeconds: number
  rss: number
  anonymous: number
}

/** Runs a program of the installation to its end. */
export type Spawn = (program: Program) => Promise<string>

const sampleEveryMs = 25

/**
 * Times `work`. Counted are the programs it spawns with all their children, and the services: processes that run on a device
 * anyway, whose memory counts from their start.
 */
export async function measured(services: readonly number[], work: (spawn: Spawn) => Promise<void>): Promise<Cost> {
  const peak = new Peak(services)
  const processorBefore = processorOf(services)
  const began = performance.now()
  try {
    await work((program) => peak.whileRunning(program))
  } finally {
    peak.end()
  }
  const seconds = (performance.now() - began) / 1000
  return { seconds, processorSeconds: processorOf(services) - processorBefore, ...peak.bytes }
}

/** Programs are our children, and count once they were waited for. */
function processorOf(services: readonly number[]): number {
  const ofServices = services.map(processorSeconds).reduce((sum, { own, children }) => sum + own + children, 0)
  return ofServices + processorSeconds(process.pid).children
}

class Peak {
  readonly bytes = { rss: 0, anonymous: 0 }
  readonly #services: readonly number[]
  readonly #programs = new Set<number>()
  readonly #timer: NodeJS.Timeout

  constructor(services: readonly number[]) {
    this.#services = services
    this.#timer = setInterval(() => this.#sample(), sampleEveryMs)
  }

  async whileRunning(program: Program): Promise<string> {
    let pid = 0
    try {
      return await run(program, (started) => {
        pid = started
        this.#programs.add(pid)
      })
    } finally {
      this.#programs.delete(pid)
    }
  }

  end(): void {
    clearInterval(this.#timer)
    this.#sample()
  }

  /** A service's children are left out: just forked, they seem to have all the memory of their parent. */
  #sample(): void {
    const present = [...this.#services, ...[...this.#programs].flatMap(familyOf)].map(memoryOf)
    const sum = (key: keyof Memory) => present.reduce((total, one) => total + (one?.[key] ?? 0), 0)
    this.bytes.rss = Math.max(this.bytes.rss, sum('peakRss'))
    this.bytes.anonymous = Math.max(this.bytes.anonymous, sum('anonymous'))
  }
}
