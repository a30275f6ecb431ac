import type { ServerWorld } from './server-world.ts'

export const counters = {
  name: 'counters',
  says: 'the counters of a rollout equal a recount from what devices said',
} as const

const fleetItself = { name: 'fleet' }

interface Told {
  counts: Record<string, number>
  phases: { counts: Record<string, number> }[]
  devices: { device: string; state: string }[]
  version: string
  to: { product: string } | { devices: string[] }
}

/** Recounted from the version of each device's last probe, as it was heard. */
export async function checkCounters({ fleet, watch }: ServerWorld): Promise<void> {
  const list = (await fleet.operator('GET', '/rollouts'))?.json as { rollouts: { id: number }[] } | undefined
  for (const { id } of list?.rollouts ?? []) {
    const answer = await fleet.operator('GET', `/rollouts/${id}`)
    if (!answer) return
    const told = answer.json as Told
    const wrong = miscounted(told, fleet.said)
    if (wrong) watch.broken('counters', fleetItself, `rollout ${id}: ${wrong}`)
  }
}

function miscounted(
  { counts, phases, devices, version, to }: Told,
  said: ReadonlyMap<string, string>,
): string | undefined {
  const members = 'product' in to ? [...said.keys()] : to.devices
  const updated = members.filter((id) => said.get(id) === version).length
  if (counts['updated'] !== updated) return `expected ${updated} updated, got ${counts['updated']}`
  for (const [state, count] of Object.entries(counts)) {
    const listed = devices.filter((device) => device.state === state).length
    if (listed !== count) return `expected ${listed} ${state} as listed, got ${count}`
    const inPhases = phases.reduce((total, phase) => total + (phase.counts[state] ?? 0), 0)
    if (inPhases !== count) return `expected ${inPhases} ${state} in all phases, got ${count}`
  }
  const sum = Object.values(counts).reduce((total, count) => total + count, 0)
  return sum === members.length ? undefined : `expected ${members.length} devices, got ${sum}`
}
