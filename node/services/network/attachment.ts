import { createHash } from 'node:crypto'
import type { NetworkWants } from './network.ts'

/** One instance in a network, as it is remembered for as long as the machine runs. */
export interface Attachment {
  wants: NetworkWants
  /** Which of the pools is its owner's: the second byte of 172.x.0.0/16. */
  pool: number
  /** Counts hosts in the pool; 1 is the bridge. */
  host: number
}

const [firstPool, lastPool] = [17, 31]
const lastHost = 65_534

/** A place for one more instance: its owner's pool, or the first that neither an owner nor a route of the host uses (aoscore.md 5.10). */
export function placeFor(
  wants: NetworkWants,
  others: readonly Attachment[],
  takenPools: ReadonlySet<number>,
): Attachment | undefined {
  const known = others.find((other) => other.wants.ownerId === wants.ownerId)?.pool
  const used = new Set([...takenPools, ...others.map(({ pool }) => pool)])
  const pool = known ?? numbers(firstPool, lastPool).find((number) => !used.has(number))
  if (pool === undefined) return undefined
  const hosts = new Set(others.filter((other) => other.pool === pool).map(({ host }) => host))
  let host = 2
  while (hosts.has(host)) host += 1
  return host > lastHost ? undefined : { wants, pool, host }
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

export function addressOf({ pool, host }: Pick<Attachment, 'pool' | 'host'>): string {
  return `172.${pool}.${host >> 8}.${host & 255}`
}

/** What a node calls its devices and namespaces. Several nodes may be played on one machine. */
export interface Names {
  /** What the names of all its bridges begin with. */
  bridges: string
  table: string
  bridge(ownerId: string): string
  veth(id: string): string
  namespace(id: string): string
}

/** The kernel takes 15 characters of a device's name. */
export function namesFor(nodeId: string): Names {
  const node = shortOf(nodeId, 4)
  return {
    bridges: `wlb${node}`,
    table: `windlass_${node}`,
    bridge: (ownerId) => `wlb${node}${shortOf(ownerId, 8)}`,
    veth: (id) => `wlv${node}${shortOf(id, 8)}`,
    namespace: (id) => `windlass-${node}-${id}`,
  }
}

/** What others may call it (aoscore.md 5.10). In other networks only the names that say which network count. */
export function namesOf({ ident, hostname, ownerId }: NetworkWants): { near: string[]; far: string[] } {
  const { itemId, subjectId, index } = ident
  const short = [`${index}.${subjectId}.${itemId}`, ...(index === 0 ? [`${subjectId}.${itemId}`] : [])]
  const far = short.map((name) => `${name}.${ownerId}`)
  return { near: [...(hostname === undefined ? [] : [hostname]), ...short, ...far], far }
}

/** The hosts file of one owner's instances. */
export function hostsFile(ownerId: string, all: readonly Attachment[]): string {
  const lines = all.map((one) => {
    const { near, far } = namesOf(one.wants)
    return `${addressOf(one)} ${(one.wants.ownerId === ownerId ? near : far).filter(isHostName).join(' ')}`
  })
  return ['127.0.0.1 localhost', '::1 localhost', ...lines, ''].join('\n')
}

/** What an id must be to be written into a file that others read. */
function isHostName(name: string): boolean {
  return /^[A-Za-z0-9_.-]{1,253}$/.test(name)
}

function shortOf(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length)
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at)
}
