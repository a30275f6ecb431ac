import type { ServerWorld } from './server-world.ts'
import { idsKnown } from './server-world.ts'

export const memoryBounded = {
  name: 'memory-bounded',
  says: 'what an agent remembers of its log, and the server of one device, stays bounded',
} as const

// The agent's log may take 1 MiB, and is written as JSON.
const mostLogBytes = 2 * 2 ** 20
const mostHistory = 500

export async function checkMemoryBounded({ fleet, devices, watch }: ServerWorld): Promise<void> {
  const ids = await idsKnown(fleet)
  for (const device of devices) {
    const history = await fleet.store.history(ids.get(device.name) ?? '', 2 * mostHistory)
    if (history.length > mostHistory)
      watch.broken('memory-bounded', device, `expected at most ${mostHistory} lines of history, got ${history.length}`)
    const log = (await device.api.ask('GET', '/log'))?.body ?? ''
    if (log.length > mostLogBytes)
      watch.broken('memory-bounded', device, `expected at most ${mostLogBytes} bytes of log, got ${log.length}`)
  }
}
