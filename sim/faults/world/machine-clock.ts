import type { Clock } from '@windlass/platform'
import type { Life } from './life.ts'
import type { WorldClock } from './world-clock.ts'

/** The wall clock of a machine: `ahead` is how far it is off the world's time, in ms. */
export interface WallClock {
  ahead: number
}

/** The world begins on 2026-01-02 03:04:05 UTC. */
const beginning = Date.UTC(2026, 0, 2, 3, 4, 5)

/** Time as one process of a machine has it. The sleep of a process that ends never does. */
export function machineClock(world: WorldClock, wall: WallClock, life: Life): Clock {
  const started = world.now
  return {
    now: () => beginning + world.now + wall.ahead,
    uptime: () => world.now - started,
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      if (ms <= 0) return
      await life.call(() => asleep(world, ms, life, signal))
    },
  }
}

function asleep(world: WorldClock, ms: number, life: Life, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      cancel()
      forget()
      signal?.removeEventListener('abort', abort)
    }
    const abort = () => {
      end()
      reject(signal?.reason)
    }
    const cancel = world.in(ms, () => {
      end()
      resolve()
    })
    const forget = life.onEnd(end)
    signal?.addEventListener('abort', abort)
  })
}
