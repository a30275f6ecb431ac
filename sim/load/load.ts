import type { Clock } from '@windlass/platform'
import { Pool } from 'undici'
import type { LoadOptions } from './options.ts'

/** What came of it. `failed`: probes and reports that got no answer, or one that no device expects. */
export interface Load {
  probes: number
  perSecond: number
  p50Ms: number
  p99Ms: number
  offers: number
  reports: number
  failed: number
  /** Why the first of them failed. */
  why: string | null
}

interface Answer {
  status: number
  body: string
}

const steps = ['downloading', 'downloaded', 'installing', 'installed', 'rebooting']
const headers = {
  'user-agent': 'updatehub/2.0 Linux',
  'content-type': 'application/json',
  'api-content-type': 'application/vnd.updatehub-v1+json',
  'api-retries': '0',
}

/** Devices probe until the time is over. `pick`: which one is next, from 1. */
export async function load(options: LoadOptions, clock: Clock, pick: () => number): Promise<Load> {
  const pool = new Pool(options.url, { connections: options.connections })
  const times: number[] = []
  const counts = { offers: 0, reports: 0, failed: 0, why: null as string | null }
  const versions = new Map<number, string>()
  const post = (path: string, device: number, more = {}): Promise<Answer> =>
    send(pool, path, JSON.stringify({ ...bodyOf(device, options, versions), ...more }))
  const start = clock.uptime()
  const end = start + options.seconds * 1000

  const probe = async (device: number): Promise<void> => {
    const from = clock.uptime()
    const { status, body } = await post('/upgrades', device)
    times.push(clock.uptime() - from)
    if (status === 404) return
    if (status !== 200) throw new Error(`expected 200 or 404, got ${status}`)
    if (body !== '') await update(device, body)
  }
  const update = async (device: number, metadata: string): Promise<void> => {
    counts.offers += 1
    const uid = await digestOf(metadata)
    for (const step of steps) {
      const { status } = await post('/report', device, { status: step, 'package-uid': uid })
      if (status !== 200) throw new Error(`expected 200 for a report, got ${status}`)
      counts.reports += 1
    }
    versions.set(device, String((JSON.parse(metadata) as { version: unknown }).version))
  }
  const caller = async (): Promise<void> => {
    while (clock.uptime() < end)
      await probe(pick()).catch((error: unknown) => {
        counts.failed += 1
        counts.why ??= error instanceof Error ? error.message : String(error)
      })
  }
  await Promise.all(Array.from({ length: options.connections }, caller))
  const seconds = (clock.uptime() - start) / 1000
  await pool.close()
  times.sort((x, y) => x - y)
  const at = (part: number): number => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0
  return { probes: times.length, perSecond: times.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99), ...counts }
}

function bodyOf(device: number, { product, version }: LoadOptions, versions: ReadonlyMap<number, string>) {
  return {
    'product-uid': product,
    version: versions.get(device) ?? version,
    hardware: 'gw-mk2',
    'device-identity': { serial: `D${device}` },
    'device-attributes': { kernel: '6.6.9' },
  }
}

// As near to the socket as undici goes: the load shares the processor with the fleet, and must not be most of what is measured.
function send(pool: Pool, path: string, body: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const chunks: Buffer[] = []
  let status = 0
  pool.dispatch(
    { path, method: 'POST', headers, body },
    {
      onRequestStart: () => undefined,
      onResponseStart: (_, code) => void (status = code),
      onResponseData: (_, chunk) => void chunks.push(chunk),
      onResponseEnd: () => resolve({ status, body: Buffer.concat(chunks).toString() }),
      onResponseError: (_, error) => reject(error),
    },
  )
  return promise
}

async function digestOf(text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text))).toString('hex')
}
