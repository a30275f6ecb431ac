import { Agent, request } from 'node:http'
import { performance } from 'node:perf_hooks'

/*
 * Devices that probe, in a process of their own: node load.ts URL DEVICES SECONDS CONNECTIONS. Prints one JSON document.
 */

export interface Load {
  perSecond: number
  p50Ms: number
  p99Ms: number
}

const product = '3f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d4692'
const headers = {
  'user-agent': 'updatehub/2.0 Linux',
  'content-type': 'application/json',
  'api-content-type': 'application/vnd.updatehub-v1+json',
  'api-retries': '0',
}

function bodyOf(device: number): string {
  return JSON.stringify({
    'product-uid': product,
    version: '3.0',
    hardware: 'gw-mk2',
    'device-identity': { serial: `D${device}` },
    'device-attributes': { kernel: '6.6.9' },
  })
}

function probe(url: URL, agent: Agent, device: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const asked = request(url, { method: 'POST', agent, headers }, (answer) => {
    if (answer.statusCode !== 404) reject(new Error(`expected 404, got ${answer.statusCode}`))
    answer.resume().once('end', resolve)
  })
  asked.once('error', reject)
  asked.end(bodyOf(device))
  return promise
}

async function load(base: string, devices: number, seconds: number, connections: number): Promise<Load> {
  const url = new URL('/upgrades', base)
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const times: number[] = []
  const start = performance.now()
  const end = start + seconds * 1000
  const caller = async (): Promise<void> => {
    while (performance.now() < end) {
      const from = performance.now()
      await probe(url, agent, 1 + Math.floor(Math.random() * devices))
      times.push(performance.now() - from)
    }
  }
  await Promise.all(Array.from({ length: connections }, caller))
  const took = (performance.now() - start) / 1000
  agent.destroy()
  times.sort((x, y) => x - y)
  const at = (part: number): number => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? NaN
  return { perSecond: times.length / took, p50Ms: at(0.5), p99Ms: at(0.99) }
}

const [url = '', devices, seconds, connections] = process.argv.slice(2)
console.log(JSON.stringify(await load(url, Number(devices), Number(seconds), Number(connections))))
