import { lookup } from 'node:dns/promises'
import type { Processes } from '@windlass/platform'

/**
 * The device by which other nodes of the unit are reached: the one that leads to `unit` (`host:port`), or has its address where that
 * is this very machine. Undefined where the unit is known by a loopback address only: then nobody knows.
 */
export async function uplinkTo(unit: string, processes: Processes): Promise<string | undefined> {
  const host = /^\[?(.*?)\]?:\d+$/.exec(unit)?.[1] ?? unit
  const { address } = await lookup(host, { family: 4 })
  const route = devicesIn((await processes.run({ command: 'ip', args: ['-j', 'route', 'get', address] })).stdout)
  const own = devicesIn((await processes.run({ command: 'ip', args: ['-j', 'addr'] })).stdout)
  const [{ dev = '' } = {}] = route
  if (dev !== '' && dev !== 'lo') return dev
  const holder = own.find((one) => one.addr_info?.some(({ local }) => local === address))?.ifname
  return holder === 'lo' ? undefined : holder
}

interface Device {
  dev?: string
  ifname?: string
  mtu?: number
  addr_info?: { local?: string }[]
}

/** What `ip -j` printed; nothing where it had nothing to say. */
export function devicesIn(text: string): Device[] {
  if (text.trim() === '') return []
  const value: unknown = JSON.parse(text)
  return Array.isArray(value) ? (value as Device[]) : []
}
