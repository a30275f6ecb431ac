import { itemKey, type PlacementInput, type Site } from '@windlass/unit/placement'
import { defaultItemConfig } from '@windlass/wire/oci'

const os = { os: 'linux', features: [] }
const arch = { architecture: 'arm64' }
const labels = ['front', 'rear', 'cabin']

/**
 * A unit that is about half full when all is placed, so that all finds room: nodes of two priorities with labels, items of four
 * instances each with quotas, a third of them bound to a label.
 */
export function scene(instances: number, nodes: number): PlacementInput {
  const items = Array.from({ length: instances / 4 }, (_, at) => `item${at}`)
  const each = Math.floor((nodes * 10_000) / 2 / instances)
  return {
    failed: new Map(),
    rebalance: false,
    current: [],
    sites: Array.from({ length: nodes }, (_, at) => site(at)),
    requests: items.map((itemId, at) => ({
      item: { itemId, type: 'service', version: '1.0.0', ownerId: 'owner' },
      subject: { subjectId: 'subject', type: 'group', isReportedFromUnit: false },
      priority: at % 10,
      numInstances: 4,
      labels: at % 3 === 0 ? [labels[(at / 3) % labels.length] ?? ''] : [],
    })),
    documents: new Map(
      items.map((itemId, at) => [
        itemKey(itemId, '1.0.0'),
        { indexDigest: '', variants: [variant(itemId, (each * (8 + (at % 5))) / 10)] },
      ]),
    ),
  }
}

function site(at: number): Site {
  const nodeId = `node${String(at).padStart(3, '0')}`
  return {
    node: {
      nodeId,
      nodeType: 'kind',
      maxDmips: 10_000,
      totalRam: 10_000,
      os,
      cpus: [],
      partitions: [],
      attrs: {},
      resources: [],
      runtimes: [
        { runtimeId: `runc-${nodeId}`, type: 'runc', maxDmips: 10_000, totalRam: 10_000, maxInstances: 0, arch, os },
      ],
    },
    config: { nodeType: 'kind', labels: [labels[at % labels.length] ?? ''], priority: at % 2 },
    state: 'open',
    components: [],
  }
}

function variant(
  itemId: string,
  amount: number,
): NonNullable<ReturnType<PlacementInput['documents']['get']>>['variants'][number] {
  const none = { mediaType: '', digest: '', size: 0 }
  return {
    digest: itemId,
    manifest: { config: none, layers: [], annotations: {} },
    item: { ...defaultItemConfig, requested: { cpu: amount, ram: amount } },
  }
}
