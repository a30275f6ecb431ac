import { idsKnown, type ServerWorld } from './server-world.ts'

export const outcomesTold = {
  name: 'outcomes-told',
  says: 'what became of a package on a device reaches the server in the end',
} as const

/** What became of a package on a device, and when by the world's time. */
export interface Outcome {
  what: 'updated' | 'rolled_back' | 'failed'
  at: number
}

/** The truth that the server is to know: what became of each package on each device. The last word counts. */
export class Outcomes {
  readonly #byDevice = new Map<string, Map<string, Outcome>>()

  add(device: string, uid: string, outcome: Outcome): void {
    const there = this.#byDevice.get(device) ?? new Map<string, Outcome>()
    there.set(uid, outcome)
    this.#byDevice.set(device, there)
  }

  /** By the package's uid. */
  of(device: string): ReadonlyMap<string, Outcome> {
    return this.#byDevice.get(device) ?? new Map()
  }
}

/** Whatever became of a package on a device was written down by the server since, or is what it believes. */
export async function checkOutcomesTold({ fleet, devices, watch, catalogue }: ServerWorld): Promise<void> {
  const ids = await idsKnown(fleet)
  for (const device of devices) {
    const id = ids.get(device.name) ?? ''
    const { attempts = [] } = (await fleet.store.known(id)) ?? {}
    for (const [uid, { what, at }] of watch.outcomes.of(device.name)) {
      const state = attempts.find((attempt) => attempt.package === uid)?.state
      const right = what === 'updated' ? ['updated'] : ['failed', 'rolled_back', 'error']
      const since = fleet.written.filter((line) => line.device === id && line.package === uid && line.at >= at)
      if (right.includes(state ?? '') || since.some(({ status }) => right.includes(status))) continue
      const version = catalogue.byUid(uid)?.version ?? uid
      watch.broken('outcomes-told', device, `${version} is ${what}, the server has it as ${state ?? 'unknown'}`)
    }
  }
}
