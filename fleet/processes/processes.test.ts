import { FakeClock } from '@windlass/platform/fakes'
import { memoryLines } from './lines.ts'
import { processesContract } from './processes.contract.ts'
import { memoryShared } from './shared.ts'

processesContract('memory', async () => {
  const clock = new FakeClock()
  const shared = memoryShared()
  const board = { seen: new Map(), takenBy: new Map() }
  const now = () => clock.now()
  return {
    shared: [shared, shared],
    lines: [memoryLines('a', now, board), memoryLines('b', now, board)],
    unit: 'u1',
    silence: async (ms) => clock.advance(ms),
    close: async () => undefined,
  }
})
