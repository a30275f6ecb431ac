import type { Processes } from '@windlass/platform'
import { ServicesError } from '../services-error.ts'
import { type Attachment, isWithin, type Names, type Place } from './attachment.ts'
import type { NetworkWants } from './network.ts'
import type { Places } from './places.ts'

const [firstPool, lastPool] = [17, 31]
const lastHost = 65_534

/** Addresses that are this node's own affair: one of the pools of aoscore.md 5.10 for each owner. */
export function ownPlaces(processes: Processes, names: Names): Places {
  return {
    async take(wants, others, former) {
      const isFirst = !others.some((other) => other.wants.ownerId === wants.ownerId)
      const taken = isFirst ? await takenPools() : new Set<number>()
      const place = formerPlace(wants, others, taken, former) ?? placeFor(wants, others, taken)
      if (place) return place
      throw new ServicesError('no_space', `network: no address is left for owner ${wants.ownerId}`)
    },
    giveBack: () => Promise.resolve(),
  }

  async function takenPools(): Promise<Set<number>> {
    const { stdout } = await processes.run({ command: 'ip', args: ['-4', 'route', 'show', 'table', 'all'] })
    // A bridge of this node that serves nobody now is there for the instance that comes back, or for the next owner.
    const lines = stdout.split('\n').filter((line) => !line.includes(names.bridges))
    return poolsInRoutes(lines.join('\n'))
  }
}

/** What the instance had, where that is its owner's still and nobody else's: others may know it by this address. */
export function formerPlace(
  { ownerId }: NetworkWants,
  others: readonly Attachment[],
  takenPools: ReadonlySet<number>,
  former: Attachment | undefined,
): Place | undefined {
  if (!former || former.rules || former.wants.ownerId !== ownerId) return undefined
  const { segment, ip } = former
  const owners = others.find((other) => other.wants.ownerId === ownerId)?.segment.subnet ?? segment.subnet
  const isTaken =
    owners !== segment.subnet ||
    takenPools.has(Number(segment.subnet.split('.')[1])) ||
    others.some((other) => other.ip === ip || (other.wants.ownerId !== ownerId && isWithin(ip, other.segment.subnet)))
  return isTaken ? undefined : { segment, ip }
}

/** A place for one more instance: its owner's pool, or the first that neither an owner nor a route of the host uses. */
export function placeFor(
  wants: NetworkWants,
  others: readonly Attachment[],
  takenPools: ReadonlySet<number>,
): Place | undefined {
  const known = others.find((other) => other.wants.ownerId === wants.ownerId)?.segment
  const pool = numbers(firstPool, lastPool).find(
    (number) => !takenPools.has(number) && !others.some(({ segment }) => isWithin(`172.${number}.0.1`, segment.subnet)),
  )
  if (!known && pool === undefined) return undefined
  const segment = known ?? { subnet: `172.${pool}.0.0/16`, gateway: `172.${pool}.0.1` }
  const taken = new Set(others.map(({ ip }) => ip))
  const prefix = segment.subnet.split('.').slice(0, 2).join('.')
  for (let host = 2; host <= lastHost; host += 1) {
    const ip = `${prefix}.${host >> 8}.${host & 255}`
    if (!taken.has(ip)) return { segment, ip }
  }
  return undefined
}

/** Pools that routes of the host overlap: `172.17.0.0/16 dev docker0 …` in the output of `ip route`. */
export function poolsInRoutes(routes: string): Set<number> {
  const found = new Set<number>()
  for (const [, second = '', length = '32'] of routes.matchAll(/^(?:\w+ )?172\.(\d+)\.\d+\.\d+(?:\/(\d+))?/gm)) {
    const covers = 2 ** Math.max(0, 16 - Number(length))
    const from = Number(second) - (Number(second) % covers)
    for (const pool of numbers(from, from + covers - 1)) found.add(pool)
  }
  return found
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at)
}
