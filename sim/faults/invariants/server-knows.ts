import type { ServerWorld } from './server-world.ts'

export const serverKnows = {
  name: 'server-knows',
  says: 'one poll after the last fault the server knows what every device runs',
} as const

/** Every device that is not in the middle of an update is known with what it runs. */
export async function checkServerKnows({ fleet, devices, watch }: ServerWorld): Promise<void> {
  const records = await fleet.store.devices({ limit: 1_000 })
  const known = new Map(records.map(({ identity, version }) => [String(identity['serial']), version]))
  for (const device of devices) {
    if (device.updating || !device.running) continue
    const said = known.get(device.name)
    if (said === device.running.version) continue
    watch.broken('server-knows', device, `runs ${device.running.version}, the server believes ${said ?? 'nothing'}`)
  }
}
