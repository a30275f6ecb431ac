import { busContract } from './bus.contract.ts'
import type { Listener } from './bus.ts'
import { localBus } from './local-bus.ts'

busContract('within one process', async () => {
  const line = new Set<Listener>()
  return { end: async () => localBus(line) }
})
