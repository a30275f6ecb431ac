import { systemClock, systemRandom } from '@windlass/platform'
import { UsageError } from '../faults/options.ts'
import { load } from './load.ts'
import { loadUsage, readLoadOptions } from './options.ts'

/** `windlass simulate fleet`. Resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const options = readLoadOptions(argv)
    if (options.help) {
      process.stdout.write(loadUsage)
      return 0
    }
    const next = picker(options.devices)
    const came = await load(options, systemClock, next)
    const { why, ...figures } = came
    const tenths = Object.entries(figures).map(([name, value]) => [name, Math.round(value * 10) / 10])
    const rounded: typeof figures = Object.fromEntries(tenths)
    const { probes, perSecond, p50Ms, p99Ms, offers, reports, failed } = rounded
    const text = [
      `${probes} probes of ${options.devices} devices in ${options.seconds} s: ${perSecond} a second`,
      `answered within ${p50Ms} ms (half of them), ${p99Ms} ms (99 of 100)`,
      `${offers} offers taken, ${reports} reports, ${failed} failed${why === null ? '' : `, the first: ${why}`}`,
    ]
    process.stdout.write(options.json ? `${JSON.stringify({ ...rounded, why })}\n` : `${text.join('\n')}\n`)
    return came.failed > 0 ? 1 : 0
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`windlass simulate fleet: ${error.message}\n`)
    return 64
  }
}

/** Any device, each about as likely as another. */
function picker(devices: number): () => number {
  let words = new Uint32Array()
  let at = 0
  return () => {
    if (at === words.length) {
      const bytes = Uint8Array.from(systemRandom.bytes(4096))
      words = new Uint32Array(bytes.buffer)
      at = 0
    }
    return 1 + ((words[at++] ?? 0) % devices)
  }
}
