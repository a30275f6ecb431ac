import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// At 4 MiB a body of 1 GB needs some 20 MB beside the idle process instead of 90, and takes no longer.
const everyBytes = 4 * 2 ** 20

/**
 * node:http copies every piece into a new buffer, and V8 lets some 64 MB of them gather before it collects. This counts
 * the bytes that passed and has the youngest collected every 4 MiB, which takes about a millisecond.
 */
export function youngCollector(): (bytes: number) => void {
  setFlagsFromString('--expose-gc')
  const collect: (how: { type: 'minor' }) => void = runInNewContext('gc')
  let passed = 0
  return (bytes) => {
    passed += bytes
    if (passed < everyBytes) return
    passed = 0
    collect({ type: 'minor' })
  }
}
