import {
  FakeMachine,
  type FakeProgram,
  FakeRuntime,
  orderOfLabel,
  type Runtime,
  ServicesError,
  type Workload,
} from '@windlass/services/fakes'
import { type ProcessHost, passes } from '../device/machine-ports.ts'
import type { Dice } from '../world/dice.ts'
import type { Life } from '../world/life.ts'
import type { WorldClock } from '../world/world-clock.ts'

export const runtimeType = 'runc'
const hangsMs = 70_000

/** What a service does once it runs: nothing for so long, and then it ends with a code; `never` where it goes on. */
export type Fate = { afterMs: number; code: number } | 'never'

export interface ContainerPorts {
  world: WorldClock
  dice: Dice
  /** What becomes of a service, by the content of its layers. */
  fate(workload: Workload): Fate
}

/** A service that runs on a node, as the node itself has it. */
export interface RunningService {
  itemId: string
  version: string
  layers: readonly string[]
}

/** The containers of one node: they outlive the service manager, and end with the power. */
export class NodeContainers {
  readonly #ports: ContainerPorts
  #machine = new FakeMachine()

  constructor(ports: ContainerPorts) {
    this.#ports = ports
  }

  /** The power went. */
  endAll(): void {
    this.#machine = new FakeMachine()
  }

  get running(): RunningService[] {
    return [...this.#machine.runs.values()].flatMap(({ run, workload }) => {
      const order = run.exit ? undefined : orderOfLabel(run.label)
      return order ? [{ itemId: order.ident.itemId, version: order.version, layers: workload.layers }] : []
    })
  }

  /** For one process: each call passes its gate. */
  through(host: ProcessHost, life: Life): Runtime {
    const machine = this.#machine
    const real = new FakeRuntime(this.#program, () => host.clock.now(), machine, runtimeType)
    const call = <T>(name: string, work: () => Promise<T>): Promise<T> =>
      passes({ to: 'runtime', name }, host, life, async (fault) => {
        if (fault?.kind !== 'program-error') return work()
        if (fault.how === 'hangs') await host.clock.sleep(hangsMs)
        throw new ServicesError('runtime', `${name} ${fault.how} on purpose`)
      })
    return {
      type: runtimeType,
      list: () => call('list', () => real.list()),
      start: (workload) => call('start', () => real.start(workload)),
      stop: (id) => call('stop', () => real.stop(id)),
      kill: (id) => call('kill', () => real.kill(id)),
      exec: (id, command, timeoutMs, stop) => call('exec', () => real.exec(id, command, timeoutMs, stop)),
      subscribe: (heard) => real.subscribe(() => life.alive && heard()),
    }
  }

  readonly #program: FakeProgram = (workload, ending) =>
    new Promise((resolve) => {
      const fate = this.#ports.fate(workload)
      const cancel = fate === 'never' ? () => undefined : this.#ports.world.in(fate.afterMs, () => resolve(fate.code))
      ending.addEventListener('abort', () => {
        cancel()
        resolve(0)
      })
    })
}
