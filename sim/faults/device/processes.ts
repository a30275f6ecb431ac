import { Life } from '../world/life.ts'
import type { ProcessHost } from './machine-ports.ts'
import type { Program } from './role.ts'

const restartMs = 5_000

/** A system that is up: it ends with its life, and is told to end by `quit`. */
export interface System {
  life: Life
  quit: AbortController
  reboot: () => void
}

/** A process, and how to end it. */
export interface Process {
  name: string
  life: Life
  over: (why: string) => void
}

export interface ProcessPorts {
  tell(what: string): void
  /** What it lives on. */
  host(process: Process, system: System): ProcessHost
  started(process: Process): void
  ended(): void
  later(life: Life, ms: number, work: () => void): void
}

/** The processes of one device. */
export class Processes {
  readonly #ports: ProcessPorts
  readonly #alive = new Set<Life>()

  constructor(ports: ProcessPorts) {
    this.#ports = ports
  }

  /** Starts one, and again whenever it ends, for as long as the system lives. */
  start(name: string, program: Program, system: System): void {
    // What was started just before may have taken the power with it.
    if (!system.life.alive) return
    const life = new Life()
    this.#alive.add(life)
    const over = (why: string) => {
      if (!life.alive) return
      this.#ports.tell(`${name} ended: ${why}`)
      this.#alive.delete(life)
      life.end()
      this.#ports.ended()
      this.#ports.later(system.life, restartMs, () => this.start(name, program, system))
    }
    const process = { name, life, over }
    this.#ports.started(process)
    program(this.#ports.host(process, system), life, system.quit.signal).then(
      () => over('done'),
      (error: unknown) => over(error instanceof Error ? error.message : String(error)),
    )
  }

  /** The power went. */
  endAll(): void {
    for (const life of this.#alive) life.end()
    this.#alive.clear()
    this.#ports.ended()
  }
}
