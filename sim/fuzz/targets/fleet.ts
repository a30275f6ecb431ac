import {
  eventHub,
  fakePeople,
  fleetServer,
  memoryShared,
  memoryStore,
  packageShelf,
  type Store,
} from '@windlass/fleet/fakes'
import { createLog } from '@windlass/platform'
import { FakeClock } from '@windlass/platform/fakes'
import { memoryPackages } from '../../faults/fleet/memory-packages.ts'
import type { Target } from '../target.ts'

/** A request, as an input says it: `body` is sent as it is when it is text, else as JSON. */
interface Asked {
  method?: unknown
  url?: unknown
  headers?: unknown
  body?: unknown
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'] as const
const sum = 'a'.repeat(64)
const uid = {
  'product-uid': sum,
  version: '1',
  hardware: 'h',
  'device-identity': { serial: '1' },
  'device-attributes': { a: ['b', 'c'] },
}

const deviceRoutes = served('device-routes', [
  {
    method: 'POST',
    url: '/upgrades',
    headers: { 'api-retries': '2', 'api-content-type': 'application/vnd.updatehub-v1+json' },
    body: uid,
  },
  { method: 'POST', url: '/report', body: { ...uid, status: 'downloading', 'package-uid': sum } },
  {
    method: 'POST',
    url: '/report',
    body: {
      ...uid,
      status: 'error',
      'package-uid': sum,
      'error-message': 'x',
      'previous-state': 'install',
      'current-log': 'y',
    },
  },
  { method: 'GET', url: `/products/${sum}/packages/${sum}/objects/${sum}`, headers: { range: 'bytes=1-2' } },
])

const operatorApi = served('operator-api', [
  { method: 'GET', url: '/api/v1/devices?limit=2&after=x&search=y' },
  { method: 'GET', url: `/api/v1/devices/${sum}/history` },
  { method: 'POST', url: `/api/v1/devices/${sum}/retry`, body: { package: sum } },
  { method: 'POST', url: '/api/v1/rollouts', body: { package: sum, to: { product: sum }, startAt: 1 } },
  { method: 'POST', url: '/api/v1/rollouts', body: { package: sum, to: { devices: [sum] } } },
  { method: 'POST', url: '/api/v1/rollouts/1/stop', body: {} },
  { method: 'GET', url: '/api/v1/rollouts/1?limit=5' },
  { method: 'GET', url: '/api/v1/packages' },
  { method: 'GET', url: '/api/v1/health' },
])

export const fleet: readonly Target[] = [deviceRoutes, operatorApi]

/** The real server without a socket: an answer of 500 or more is a finding. */
function served(name: string, seeds: readonly Asked[]): Target {
  const server = emptyServer()
  return {
    name,
    json: true,
    seeds: seeds.map((asked) => JSON.stringify(asked)),
    tokens: [
      '/upgrades',
      '/report',
      '/api/v1/',
      '%2f',
      '%00',
      '?limit=',
      'bytes=0-',
      '"headers"',
      '"body"',
      '__proto__',
    ],
    async read(input) {
      const asked = requestOf(input)
      if (!asked) return
      const status = await server(asked)
      // 503 is the console where it was not built.
      if (status >= 500 && status !== 503) throw new Error(`answered ${status}`)
    },
    refuses: () => false,
  }
}

function emptyServer() {
  let records = memoryStore()
  const store = Object.fromEntries(
    Object.keys(records).map((method) => [
      method,
      (...args: unknown[]) => (records[method as keyof Store] as (...all: unknown[]) => unknown)(...args),
    ]),
  ) as unknown as Store
  const files = memoryPackages(new Map())
  const means = { clock: new FakeClock(), events: eventHub(), log: createLog([], () => 0) }
  const ports = { store, files, people: fakePeople(), ...means }
  const shelf = packageShelf(
    { ...ports, shared: memoryShared() },
    { trustedKeys: [], checkMetadata: () => [], maxUploadBytes: 1_000 },
  )
  const gate = { token: null, loopback: true }
  const app = fleetServer({ ...ports, shelf }, { gate, resumeQuirk: false, version: 'fuzz' })
  return async (request: NonNullable<ReturnType<typeof requestOf>>): Promise<number> => {
    records = memoryStore()
    return (await app.inject(request)).statusCode
  }
}

/** Undefined where it is nothing that a client could send. */
function requestOf(input: Uint8Array) {
  const asked = parsed(input)
  const method = methods.find((one) => one === asked?.method)
  if (!asked || !method || typeof asked.url !== 'string' || !/^\/[!-~]*$/.test(asked.url)) return undefined
  // What stands in for the socket makes a URL of it; the fleet does not (fleet/adapters/http/odd-addresses.test.ts).
  if (!URL.canParse(asked.url, 'http://localhost')) return undefined
  // A stream of events never ends; uploads need a disk, and packages have a target of their own.
  if (asked.url.includes('/events') || (method === 'POST' && asked.url.includes('packages'))) return undefined
  const json: Record<string, string> = typeof asked.body === 'string' ? {} : { 'content-type': 'application/json' }
  const headers = { host: 'localhost', ...json, ...sendable(asked.headers) }
  const payload = typeof asked.body === 'string' ? asked.body : JSON.stringify(asked.body)
  return { method, url: asked.url, headers, ...(payload !== undefined && { payload }) }
}

function parsed(input: Uint8Array): Asked | undefined {
  try {
    return (JSON.parse(Buffer.from(input).toString()) as Asked | null) ?? undefined
  } catch {
    return undefined
  }
}

/** What HTTP itself takes for a header. */
function sendable(headers: unknown): Record<string, string> {
  const pairs = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)] as const)
  return Object.fromEntries(pairs.filter(([name, value]) => /^[\w-]+$/.test(name) && /^[ -~]*$/.test(value)))
}
