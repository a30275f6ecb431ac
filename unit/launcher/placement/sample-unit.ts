import type { InstanceIdent, NodeConfig, Usage } from '@windlass/model/unit'
import { defaultItemConfig, type ItemConfig, type ItemDocuments, type ItemVariant } from '@windlass/wire/oci'
import type { RunRequest } from '../../ports.ts'
import { type Assignment, itemKey, type Placed, type PlacementInput, type Seat, type Site } from './input.ts'

/* Values for tests, as the conformance cases of aoscore.md 10.5 set them up. */

export type SampleNode = Partial<Site['node']> & { config?: Partial<NodeConfig> } & Partial<
    Pick<Site, 'state' | 'components' | 'average'>
  >

const arm64 = { architecture: 'arm64' }
const linux = { os: 'linux', features: [] }

/** A node of 1000 DMIPS and 1024 bytes with one runtime, runc unless said otherwise. */
export function sampleSite(nodeId: string, changes: SampleNode = {}, runtimeType = 'runc'): Site {
  const { config, state, components, average, ...node } = changes
  return {
    node: {
      nodeId,
      nodeType: 'kind',
      maxDmips: 1000,
      totalRam: 1024,
      os: linux,
      cpus: [],
      partitions: [],
      attrs: {},
      runtimes: [sampleRuntime(nodeId, runtimeType)],
      resources: [],
      ...node,
    },
    config: { nodeType: 'kind', labels: [], priority: 0, ...config },
    state: state ?? 'open',
    components: components ?? [],
    ...(average && { average }),
  }
}

export function sampleRuntime(nodeId: string, type: string, maxInstances = 0): Site['node']['runtimes'][number] {
  return { runtimeId: `${type}-${nodeId}`, type, maxDmips: 1000, totalRam: 1024, maxInstances, arch: arm64, os: linux }
}

/** Local, two remote nodes with runc, and one with runx; pools of 1024 bytes. */
export function sampleSites(changes: Readonly<Record<string, SampleNode>> = {}): Site[] {
  const pools = [
    { name: 'storages', types: ['storages'], totalSize: 1024 },
    { name: 'states', types: ['states'], totalSize: 1024 },
  ]
  return [
    sampleSite('local', { attrs: { MainNode: '' }, partitions: pools, ...changes['local'] }),
    sampleSite('remote1', changes['remote1']),
    sampleSite('remote2', changes['remote2']),
    sampleSite('runx', changes['runx'], 'runx'),
  ]
}

export function sampleRequest(itemId: string, numInstances: number, changes: Partial<RunRequest> = {}): RunRequest {
  return {
    item: { itemId, type: 'service', version: '1.0.0', ownerId: 'owner' },
    subject: { subjectId: 'subject', type: 'group', isReportedFromUnit: false },
    priority: 0,
    numInstances,
    labels: [],
    ...changes,
  }
}

export function sampleVariant(digest: string, config: Partial<ItemConfig> = {}): ItemVariant {
  const empty = { mediaType: '', digest: '', size: 0 }
  const layer = { mediaType: '', digest: `${digest}-layer`, size: 7 }
  return {
    digest,
    manifest: { config: empty, layers: [layer], annotations: {} },
    item: { ...defaultItemConfig, ...config },
  }
}

export function sampleDocuments(
  configs: Readonly<Record<string, Partial<ItemConfig>>>,
  version = '1.0.0',
): Map<string, ItemDocuments> {
  return new Map(
    Object.entries(configs).map(([itemId, config]) => [
      itemKey(itemId, version),
      { indexDigest: `index-${itemId}`, variants: [sampleVariant(`digest-${itemId}-${version}`, config)] },
    ]),
  )
}

export function sampleInput(input: Partial<PlacementInput>): PlacementInput {
  return {
    requests: [],
    sites: sampleSites(),
    documents: new Map(),
    current: [],
    failed: new Map(),
    rebalance: false,
    ...input,
  }
}

export function sampleSeat(name: string, nodeId: string, type = 'runc'): Seat {
  const [itemId = '', index = '0'] = name.split('/')
  return {
    ident: sampleIdent(itemId, Number(index)),
    version: '1.0.0',
    nodeId,
    runtimeId: `${type}-${nodeId}`,
    manifestDigest: `digest-${itemId}-1.0.0`,
  }
}

export function sampleIdent(itemId: string, index = 0): InstanceIdent {
  return { itemId, subjectId: 'subject', index, type: 'service', preinstalled: false }
}

export function sampleUsage(cpu: number, ram = 0): Usage {
  return { timeMs: 0, cpu, ram, partitions: [], download: 0, upload: 0 }
}

/** Node → `item/index` of what was placed there; `!` → what failed, with the reason. */
export function drawn({ assignments, failures }: Placed): Record<string, string[]> {
  const nodes: Record<string, string[]> = {}
  for (const one of assignments) (nodes[one.nodeId] ??= []).push(nameOf(one))
  if (failures.length > 0) nodes['!'] = failures.map((one) => `${nameOf(one)} ${one.error.message}`)
  return nodes
}

export function seatsOf({ assignments }: Placed): Seat[] {
  return assignments.map(({ request, variant, ident, nodeId, runtimeId }) => ({
    ident,
    version: request.item.version,
    nodeId,
    runtimeId,
    manifestDigest: variant.digest,
  }))
}

function nameOf({ ident }: Pick<Assignment, 'ident'>): string {
  return `${ident.itemId}/${ident.index}`
}
