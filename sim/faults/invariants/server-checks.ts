import type { SimDevice } from '../device/sim-device.ts'
import type { SimFleet } from '../fleet/sim-fleet.ts'
import type { Catalogue } from '../world/catalogue.ts'
import type { Watch } from './watch.ts'

/** What the server knows, held against the devices themselves. */
export interface ServerWorld {
  fleet: SimFleet
  devices: readonly SimDevice[]
  watch: Watch
  catalogue: Catalogue
}

const fleetItself = { name: 'fleet' }

/** Every device that is not in the middle of an update is known with what it runs. */
export async function checkServerKnows({ fleet, devices, watch }: ServerWorld): Promise<void> {
  const known = await versionsKnown(fleet)
  for (const device of devices) {
    if (device.updating || !device.running) continue
    const said = known.get(device.name)
    if (said === device.running.version) continue
    watch.broken('server-knows', device, `runs ${device.running.version}, the server believes ${said ?? 'nothing'}`)
  }
}

/** Whatever became of a package on a device was written down by the server since, or is what it believes. */
export async function checkOutcomesTold({ fleet, devices, watch, catalogue }: ServerWorld): Promise<void> {
  const ids = await idsKnown(fleet)
  for (const device of devices) {
    const id = ids.get(device.name) ?? ''
    const { attempts = [] } = (await fleet.store.known(id)) ?? {}
    for (const [uid, { what, at }] of watch.outcomes(device)) {
      const state = attempts.find((attempt) => attempt.package === uid)?.state
      const right = what === 'updated' ? ['updated'] : ['failed', 'rolled_back', 'error']
      const since = fleet.written.filter((line) => line.device === id && line.package === uid && line.at >= at)
      if (right.includes(state ?? '') || since.some(({ status }) => right.includes(status))) continue
      const version = catalogue.byUid(uid)?.version ?? uid
      watch.broken('outcomes-told', device, `${version} is ${what}, the server has it as ${state ?? 'unknown'}`)
    }
  }
}

interface Told {
  counts: Record<string, number>
  devices: { device: string; state: string }[]
  version: string
  to: { product: string } | { devices: string[] }
}

/** `said`: the version of each device's last probe, as it was heard, by id. */
export async function checkCounters(world: ServerWorld, said: ReadonlyMap<string, string>): Promise<void> {
  const { fleet, watch } = world
  const list = (await fleet.operator('GET', '/rollouts'))?.json as { rollouts: { id: number }[] } | undefined
  for (const { id } of list?.rollouts ?? []) {
    const answer = await fleet.operator('GET', `/rollouts/${id}`)
    if (!answer) return
    const told = answer.json as Told
    const wrong = miscounted(told, said)
    if (wrong) watch.broken('counters', fleetItself, `rollout ${id}: ${wrong}`)
  }
}

function miscounted({ counts, devices, version, to }: Told, said: ReadonlyMap<string, string>): string | undefined {
  const members = 'product' in to ? [...said.keys()] : to.devices
  const updated = members.filter((id) => said.get(id) === version).length
  if (counts['updated'] !== updated) return `expected ${updated} updated, got ${counts['updated']}`
  for (const [state, count] of Object.entries(counts)) {
    const listed = devices.filter((device) => device.state === state).length
    if (listed !== count) return `expected ${listed} ${state} as listed, got ${count}`
  }
  const sum = Object.values(counts).reduce((total, count) => total + count, 0)
  return sum === members.length ? undefined : `expected ${members.length} devices, got ${sum}`
}

export async function idsKnown({ store }: SimFleet): Promise<Map<string, string>> {
  const devices = await store.devices({ limit: 1_000 })
  return new Map(devices.map(({ id, identity }) => [String(identity['serial']), id]))
}

async function versionsKnown({ store }: SimFleet): Promise<Map<string, string>> {
  const devices = await store.devices({ limit: 1_000 })
  return new Map(devices.map(({ identity, version }) => [String(identity['serial']), version]))
}
