import type { Device } from '../store/records.ts'

/** How many devices there are of each kind, most first; of each list the first `mostKinds`. */
export interface DeviceCounts {
  devices: number
  byStatus: { status: string; devices: number }[]
  byHardware: { hardware: string; devices: number }[]
  byProduct: { product: string; devices: number }[]
  byVersion: { product: string; version: string; devices: number }[]
}

export const mostKinds = 1000

/** Counts devices one by one. The store that keeps a million of them counts as they change. */
export function countedOneByOne(all: readonly Device[]): DeviceCounts {
  const by = <K extends 'status' | 'hardware' | 'product' | 'version'>(...keys: K[]) => {
    const kinds = Map.groupBy(all, (device) => JSON.stringify(keys.map((key) => device[key])))
    const rows = [...kinds.values()].map((list) => {
      const [first] = list
      return {
        ...(Object.fromEntries(keys.map((key) => [key, first?.[key]])) as Record<K, string>),
        devices: list.length,
      }
    })
    const textOf = (row: (typeof rows)[number]) => keys.toReversed().map((key) => row[key])
    return rows.sort((x, y) => y.devices - x.devices || (textOf(x) < textOf(y) ? -1 : 1)).slice(0, mostKinds)
  }
  return {
    devices: all.length,
    byStatus: by('status'),
    byHardware: by('hardware'),
    byProduct: by('product'),
    byVersion: by('product', 'version'),
  }
}
