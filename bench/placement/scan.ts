import { itemKey, type PlacementInput, type Site } from '@windlass/unit/placement'

/** The same rules by looking at every node for every instance. Knows only what `scene` uses. */
export function scan({ requests, sites, documents }: PlacementInput): Map<string, string> {
  const free = new Map(sites.map(({ node }) => [node.nodeId, { cpu: node.maxDmips, ram: node.totalRam }]))
  const placed = new Map<string, string>()
  const inOrder = requests.toSorted(
    (one, other) => other.priority - one.priority || (one.item.itemId < other.item.itemId ? -1 : 1),
  )
  for (const { item, labels, numInstances } of inOrder) {
    const asked = documents.get(itemKey(item.itemId, item.version))?.variants[0]?.item?.requested
    for (let index = 0; index < numInstances; index++) {
      let best: Site | undefined
      for (const site of sites) {
        const room = free.get(site.node.nodeId)
        if (!room || !labels.every((label) => site.config.labels.includes(label))) continue
        if (room.cpu < (asked?.cpu ?? 0) || room.ram < (asked?.ram ?? 0)) continue
        if (!best || isBetter(site, best, free)) best = site
      }
      const room = best && free.get(best.node.nodeId)
      if (!best || !room) continue
      room.cpu -= asked?.cpu ?? 0
      room.ram -= asked?.ram ?? 0
      placed.set(`${item.itemId}/${index}`, best.node.nodeId)
    }
  }
  return placed
}

function isBetter(one: Site, other: Site, free: ReadonlyMap<string, { cpu: number; ram: number }>): boolean {
  const [mine, theirs] = [free.get(one.node.nodeId), free.get(other.node.nodeId)]
  if (one.config.priority !== other.config.priority) return one.config.priority > other.config.priority
  if (!mine || !theirs) return false
  if (mine.cpu !== theirs.cpu) return mine.cpu > theirs.cpu
  if (mine.ram !== theirs.ram) return mine.ram > theirs.ram
  return one.node.nodeId < other.node.nodeId
}
