import type { UnitStatus } from '@windlass/model/unit'

/*
 * What the fleet keeps of a unit has bounds, whatever the unit says: twice what a large unit of 64 nodes has.
 */

/** How many entries of each list of a status are kept; the first ones. */
export const mostEntries = { unitConfig: 16, nodes: 128, items: 2048, instances: 4096, subjects: 1024 } as const
const mostStatusBytes = 4 * 1024 * 1024
const mostNewsBytes = 1024 * 1024
/** How many blobs a unit may ask for at once. */
export const mostDigests = 4096

/** A status as it is kept, and what of it is not. Undefined when even so it is too large: what was known then stays. */
export function boundedStatus(status: UnitStatus): { status: UnitStatus | undefined; cut: string[] } {
  const names = Object.keys(mostEntries) as (keyof typeof mostEntries)[]
  const cut = names.flatMap((name) => {
    const came = status[name]?.length ?? 0
    return came > mostEntries[name] ? [`${name}: ${came} of at most ${mostEntries[name]}`] : []
  })
  const kept = Object.fromEntries(
    Object.entries(status).map(([name, value]) => {
      const list = names.find((one) => one === name)
      return [name, list && Array.isArray(value) ? value.slice(0, mostEntries[list]) : value]
    }),
  ) as unknown as UnitStatus
  const bytes = bytesOf(kept)
  if (bytes <= mostStatusBytes) return { status: kept, cut }
  return { status: undefined, cut: [...cut, `${bytes} bytes of at most ${mostStatusBytes}`] }
}

/** Those of what a unit says that are not too large to be kept. */
export function boundedNews<T>(contents: readonly T[], most: number): { kept: T[]; cut: number } {
  const kept = contents.slice(-most).filter((content) => bytesOf(content) <= mostNewsBytes)
  return { kept, cut: contents.length - kept.length }
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '')
}
