import {
  type EnvOverride,
  hasPart,
  type InstanceOrder,
  instanceKey,
  type Monitoring,
  type NodeStatus,
  nodeConfigFor,
} from '@windlass/model/unit'
import type { ItemDocuments } from '@windlass/wire/oci'
import type { Placement, RunRequest } from '../ports.ts'
import { UnitError } from '../unit-error.ts'
import { componentsOn } from './components.ts'
import type { Failure } from './failures.ts'
import type { Identity } from './identities.ts'
import { isComponent, keepingPlaces } from './keep-places.ts'
import { placementOf } from './orders.ts'
import { identOf, itemKey, type Seat, type Site } from './placement/input.ts'
import { place } from './placement/place.ts'
import { inOrder } from './placement/wishes.ts'
import type { LauncherPorts } from './ports.ts'
import type { Presence } from './presence.ts'

/** What a placement depends on besides nodes and images. */
export interface PlacerState {
  current: Placement
  identities: ReadonlyMap<string, Identity>
  overrides: readonly EnvOverride[]
  /** Subjects that the unit itself has now. */
  subjects: ReadonlySet<string>
  /** Where instances failed for good. */
  failures: readonly Failure[]
}

/** Measured use by node: given, the unit is balanced again. */
export type Averages = ReadonlyMap<string, Pick<Monitoring, 'node' | 'instances'>>

/** Gathers what the pure placement needs, and makes orders of what it decides. */
export class Placer {
  readonly #ports: Pick<LauncherPorts, 'nodes' | 'images' | 'firmware' | 'states'>
  readonly #presence: Presence

  constructor(ports: Pick<LauncherPorts, 'nodes' | 'images' | 'firmware' | 'states'>, presence: Presence) {
    this.#ports = ports
    this.#presence = presence
  }

  async place(requests: readonly RunRequest[], state: PlacerState): Promise<Placement> {
    return this.#decide(requests, state, await this.#documents(requests))
  }

  /**
   * The same requests, because nodes, subjects or overrides changed. Components stay on their nodes however long those are
   * away; an instance whose item is not here any more stays where it runs: nobody could start it elsewhere. So does one that has
   * no place only because the unit's configuration, which names the nodes' labels and resources, cannot be read.
   */
  async placeAgain(state: PlacerState, averages?: Averages): Promise<Placement> {
    const { current, subjects } = state
    const documents = await this.#documents(current.requests)
    const wanted = current.requests.filter((request) => isSubjectHere(request, subjects))
    const lacks = wanted.filter(({ item }) => !documents.has(itemKey(item.itemId, item.version)))
    const isBlind = this.#ports.nodes.config().state === 'failed'
    const staying = new Set((isBlind ? wanted : lacks).map(({ item }) => item.itemId))
    const stays = ({ ident }: InstanceOrder, nodeId: string) =>
      staying.has(ident.itemId) && (isBlind || this.#mayKeep(nodeId))
    return keepingPlaces(
      this.#decide(current.requests, state, documents, averages),
      current,
      (order, nodeId) => isComponent(order) || stays(order, nodeId),
    )
  }

  /** A node that comes back still has the image, which nobody else could get. */
  #mayKeep(nodeId: string): boolean {
    return this.#presence.stateOf(nodeId) !== 'closed' || this.#presence.mayReturn(nodeId)
  }

  #decide(
    requests: readonly RunRequest[],
    state: PlacerState,
    documents: ReadonlyMap<string, ItemDocuments>,
    averages?: Averages,
  ): Placement {
    const placed = place({
      requests: requests.filter((request) => isSubjectHere(request, state.subjects)),
      sites: this.#sites(state.current, averages),
      documents,
      current: seatsOf(state.current),
      failed: failedNodes(state.failures, requests),
      rebalance: averages !== undefined,
    })
    const nodes = this.#ports.nodes.list().filter((node) => hasPart(node, 'sm'))
    return placementOf(placed, {
      requests: inOrder(requests),
      identities: state.identities,
      overrides: state.overrides,
      states: this.#ports.states,
      nodeIds: nodes.map(({ nodeId }) => nodeId),
    })
  }

  #sites({ nodes: used }: Placement, averages: Averages | undefined): Site[] {
    const { nodes, firmware } = this.#ports
    const known = new Map(nodes.list().map((node) => [node.nodeId, node]))
    const managed = firmware.managers().map(({ nodeId }) => nodeId)
    return [...new Set([...known.keys(), ...managed, ...used.keys()])].map((nodeId) => {
      const node = known.get(nodeId) ?? bareNode(nodeId)
      const average = averages?.get(nodeId)
      return {
        node,
        config: nodeConfigFor(nodes.currentConfig() ?? { version: '', formatVersion: '', nodes: [] }, node),
        state: this.#presence.stateOf(nodeId),
        components: isPutAside(node) ? [] : componentsOn(firmware, nodeId),
        ...(average && { average }),
      }
    })
  }

  async #documents(requests: readonly RunRequest[]): Promise<Map<string, ItemDocuments>> {
    const items = new Map(requests.map(({ item }) => [itemKey(item.itemId, item.version), item]))
    const found = await Promise.all(
      [...items].map(async ([key, { itemId, version }]) => [key, await this.#documentsOf(itemId, version)] as const),
    )
    return new Map(found.flatMap(([key, documents]) => (documents ? [[key, documents] as const] : [])))
  }

  async #documentsOf(itemId: string, version: string): Promise<ItemDocuments | undefined> {
    try {
      return await this.#ports.images.documents(itemId, version)
    } catch (error) {
      if (error instanceof UnitError && (error.code === 'item_unknown' || error.code === 'item_failed'))
        return undefined
      throw error
    }
  }
}

/** An instance of a subject that the unit reports itself runs only while the unit has the subject (aoscore.md 5.5). */
export function isSubjectHere({ subject }: RunRequest, subjects: ReadonlySet<string>): boolean {
  return !subject.isReportedFromUnit || subjects.has(subject.subjectId)
}

/** Instance → nodes, of those that failed in the version that is asked for. */
function failedNodes(
  failures: readonly Failure[],
  requests: readonly RunRequest[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const asked = requests.flatMap((request) =>
    Array.from({ length: request.numInstances }, (_, index) => [
      instanceKey(identOf(request, index)),
      request.item.version,
    ]),
  )
  const versions = new Map(asked as [string, string][])
  const current = failures.filter(({ key, version }) => versions.get(key) === version)
  const byKey = Map.groupBy(current, ({ key }) => key)
  return new Map([...byKey].map(([key, all]) => [key, new Set(all.map(({ nodeId }) => nodeId))]))
}

function seatsOf({ nodes, components }: Placement): Seat[] {
  const seat = (nodeId: string, { ident, version, runtimeId, manifestDigest }: Omit<InstanceOrder, 'uid'>) => ({
    ident,
    version,
    nodeId,
    runtimeId,
    manifestDigest,
  })
  return [
    ...[...nodes].flatMap(([nodeId, orders]) => orders.map((order) => seat(nodeId, order))),
    ...components.map(({ ident, version, nodeId, componentId, manifestDigest }) => ({
      ident,
      version,
      nodeId,
      runtimeId: componentId,
      manifestDigest,
      byUpdateManager: true,
    })),
  ]
}

function isPutAside({ state }: Pick<NodeStatus, 'state'>): boolean {
  return state === 'paused' || state === 'unprovisioned'
}

/** A node that nobody told of yet, or of which only the update manager is known. */
function bareNode(nodeId: string): NodeStatus {
  return {
    nodeId,
    nodeType: '',
    title: '',
    maxDmips: 0,
    totalRam: 0,
    os: { os: '', features: [] },
    cpus: [],
    partitions: [],
    attrs: {},
    state: 'provisioned',
    runtimes: [],
    resources: [],
    isConnected: false,
  }
}
