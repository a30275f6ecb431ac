import type {
  BlobSource,
  CertificateChain,
  CloudOrder,
  ComponentStatus,
  ComponentUpdate,
  ConfigStatus,
  DesiredItem,
  FirewallUpdate,
  HeldAddress,
  InstanceIdent,
  InstanceNetwork,
  InstanceOrder,
  InstanceStatus,
  ItemStatus,
  NetworkWish,
  NodeFact,
  NodeInfo,
  NodeNetwork,
  NodeOrder,
  NodeStatus,
  StateIdent,
  Subject,
  TrustedCertificate,
  UnitConfig,
  UnitFact,
  UpdateManagerStatus,
} from '@windlass/model/unit'
import type { ItemDocuments } from '@windlass/wire/oci'

/*
 * What the unit's rooms offer one another. Each is made by the room of its name and known to the others by this form alone.
 * `watch` calls back until the function it returned is called.
 */

/** unit/images: fetches, checks and keeps the items' blobs (aoscore.md 4). */
export interface Images {
  /**
   * Makes the items' blobs present and checked; each item ends `pending` (or stays `installed`) or `failed`. Other items
   * that were on their way are dropped. Rejects only when the records cannot be written or `stop` fired, which keeps the
   * bytes that came; may be called again.
   */
  download(items: readonly DesiredItem[], trust: Trust, stop: AbortSignal): Promise<void>
  /** The items become the installed set; what is no longer wanted is `removed` and kept for its time to live. */
  install(items: readonly DesiredItem[]): Promise<void>
  statuses(): readonly ItemStatus[]
  watch(changed: (items: readonly ItemStatus[]) => void): () => void
  /** Index, manifests and configurations of an item whose blobs are here. @throws UnitError `item_unknown` */
  documents(itemId: string, version: string): Promise<ItemDocuments>
  /** The clear, checked file of a blob; undefined when it is not here. */
  blobPath(digest: string): Promise<string | undefined>
  /** Where nodes of this unit fetch the blob; undefined when it is not here. */
  blobUrl(digest: string): Promise<string | undefined>
}

export interface Trust {
  certificates: readonly TrustedCertificate[]
  chains: readonly CertificateChain[]
}

/** One line of what is to run: the desired instance, with what its item and subject say (aoscore.md 5.1). */
export interface RunRequest {
  item: Pick<DesiredItem, 'itemId' | 'type' | 'version' | 'ownerId'>
  subject: Subject
  priority: number
  numInstances: number
  labels: readonly string[]
}

/** Where everything goes. Computed, not yet told to anybody. */
export interface Placement {
  requests: readonly RunRequest[]
  /** Node → all service and component instances that its service manager is to run. */
  nodes: ReadonlyMap<string, readonly InstanceOrder[]>
  /** Component instances that go to an update manager instead. */
  components: readonly ComponentTarget[]
  /** Instances that found no place, each `failed` with the reason. */
  homeless: readonly InstanceStatus[]
}

/** An update manager's component counts as a runtime of the type `componentType` that holds one instance. */
export interface ComponentTarget {
  ident: InstanceIdent
  version: string
  nodeId: string
  componentId: string
  componentType: string
  manifestDigest: string
  /** The one layer of the manifest: the image. */
  image: { digest: string; size: number }
  /** JSON text, from the manifest's annotations. */
  annotations: string
}

/** unit/launcher: decides where instances run and brings the nodes there (aoscore.md 5). */
export interface Launcher {
  /** Pure in what it is given and in what nodes and images say now. Waits a while for nodes that are just away. */
  place(requests: readonly RunRequest[], stop?: AbortSignal): Promise<Placement>
  /**
   * Saves the requests, tells every node and waits until each answered, at most 10 minutes; a service that is still
   * `activating` then is `failed`. A later place of the same requests (a node came or left) is done by the launcher itself.
   */
  run(placement: Placement, stop: AbortSignal): Promise<void>
  /** What ran before the last `run`, again: same instances, same nodes where they are still there. */
  restore(stop: AbortSignal): Promise<void>
  /** There is no way back from here: instances no longer wanted are kept as `cached` for their time to live. */
  confirm(): Promise<void>
  statuses(): readonly InstanceStatus[]
  watch(changed: (instances: readonly InstanceStatus[]) => void): () => void
}

/** unit/state: what instances keep beyond their own lives (aoscore.md 5.12). */
export interface States {
  /** Storage folder and state file, relative to where each node has them; empty without a quota. */
  paths(ident: StateIdent, quotas: StateQuotas): { storagePath: string; statePath: string }
  /** Makes them, within their quotas. May be called again. */
  prepare(ident: StateIdent, quotas: StateQuotas, owner: { uid: number; gid: number }): Promise<void>
  /** Hexadecimal, of the state file; undefined when the instance has none. */
  checksum(ident: StateIdent): string | undefined
  remove(ident: StateIdent): Promise<void>
}

/** Bytes. */
export type StateQuotas = { storage?: number; state?: number }

/** Something a node did, besides what it says of its instances. */
export type NodeNews =
  | { kind: 'status'; node: NodeStatus }
  | { kind: 'gone'; nodeId: string }
  /** `whole`: everything on the node; else some instances that changed. */
  | { kind: 'instances'; nodeId: string; whole: boolean; instances: readonly InstanceStatus[] }
  | { kind: 'fact'; nodeId: string; fact: Extract<NodeFact, { kind: 'log' | 'monitoring' | 'alert' }> }

/** unit/nodes: the unit's nodes as its identity service and their service managers tell of them (aoscore.md 1.5, 5.8, 5.11). */
export interface Nodes {
  list(): readonly NodeStatus[]
  /** What the node last said that it runs; undefined before it said anything since it connected. */
  instances(nodeId: string): readonly InstanceStatus[] | undefined
  watch(news: (news: NodeNews) => void): () => void
  /** Tells the node what to run. Resolves once it is on the wire. @throws UnitError `node_away` */
  updateInstances(nodeId: string, start: readonly InstanceOrder[], stop: readonly InstanceIdent[]): Promise<void>
  averageMonitoring(nodeId: string, stop: AbortSignal): Promise<Extract<NodeFact, { kind: 'average_monitoring' }>>
  requestLog(nodeId: string, order: LogOrder): void
  setState(nodeId: string, state: 'provisioned' | 'paused'): Promise<void>
  /** Installed, absent or broken. */
  config(): ConfigStatus
  /** The configuration in force, for `restore`. */
  currentConfig(): UnitConfig | undefined
  /** Checks versions, asks every connected node, writes and hands on. @throws UnitError `config_refused` */
  updateConfig(config: UnitConfig, stop: AbortSignal): Promise<void>
  /** Puts a configuration back, whatever its version. */
  restoreConfig(config: UnitConfig | undefined): Promise<void>
  tellCloudConnection(connected: boolean): void
}
export type LogOrder = Extract<NodeOrder, { kind: 'system_log' | 'instance_log' | 'crash_log' }>

/**
 * unit/firmware: the update managers of the unit as one (aoscore.md 7.3). Each phase goes by priority, survives lost streams,
 * restarts of either side and reboots, and may be asked for again. A phase rejects with UnitError `component_failed`,
 * naming node, component and reason; with `node_away` when its time is over and nothing is known of the node.
 */
export interface Firmware {
  managers(): readonly (UpdateManagerStatus & { connected: boolean })[]
  components(): readonly (ComponentStatus & { nodeId: string })[]
  watch(changed: () => void): () => void
  /** Until every update manager has told what it has since this program started; no longer than one may stay away. */
  gather(stop: AbortSignal): Promise<void>
  /** Remembers the images, then prepares them all. An empty list is done at once. */
  prepare(updates: ReadonlyMap<string, readonly ComponentUpdate[]>, stop: AbortSignal): Promise<void>
  /** Starts by priority; resolves when every manager that was prepared says `updated`, reboots included. */
  start(stop: AbortSignal): Promise<void>
  apply(stop: AbortSignal): Promise<void>
  /** Brings back what `prepare` and `start` did, on every manager that took part. */
  revert(stop: AbortSignal): Promise<void>
}

/** PEM: the key, its certificate with the intermediates, and whom to trust. */
export interface Tls {
  key: string
  cert: string
  ca: string
}

/** `online`, `offline`: from the fleet. The others are issued within the unit, for its processes (aoscore.md 8.1). */
export type CertificateType = 'online' | 'offline' | 'cm' | 'sm' | 'um' | 'iam'

/** unit/identity: who the unit and its nodes are (aoscore.md 1.8 to 1.10, 8). */
export interface Identity {
  systemId(): string
  /** Every node that is known, this one first; `connected`: its identity service is there. */
  nodeInfos(): readonly (NodeInfo & { connected: boolean })[]
  watchNodes(changed: (node: NodeInfo & { connected: boolean }) => void): () => void
  /** @throws UnitError `wrong_state`, `node_away` */
  setNodeState(nodeId: string, state: 'provisioned' | 'paused'): Promise<void>
  /** Undefined while there is no certificate of the type. */
  tlsFor(type: CertificateType): Tls | undefined
  watchCertificates(changed: (type: CertificateType) => void): () => void
  /** The subjects that the unit itself reports. */
  subjects(): readonly string[]
  watchSubjects(changed: (subjects: readonly string[]) => void): () => void
}

/** unit/network: which addresses the instances of an owner have, and what may reach them (aoscore.md 5.10). */
export interface Networks {
  nodeNetwork(ask: { networkId: string; nodeId: string }): Promise<NodeNetwork>
  /** Of the network that the address is in. @throws UnitError `wrong_state` for one that is in none */
  networkAt(ask: { networkId: string; nodeId: string }): Promise<NodeNetwork>
  /** The same address when it is asked for again. */
  allocate(wish: NetworkWish): Promise<InstanceNetwork>
  releaseInstance(ask: { ident: InstanceIdent; nodeId: string }): Promise<void>
  releaseNode(ask: { networkId: string; nodeId: string }): Promise<void>
  /** Rules for instances on the node whose counterpart came later; until `gone` fires. */
  updates(nodeId: string, gone: AbortSignal): AsyncIterable<FirewallUpdate>
  /** Who is where, after each change; until `gone` fires. */
  addresses(gone: AbortSignal): AsyncIterable<readonly HeldAddress[]>
  /** What the node still holds; anything else that is noted for it is released. */
  sync(ask: { nodeId: string; held: readonly HeldAddress[] }): Promise<void>
}

/** unit/cloud: the link to the fleet (aoscore.md 6). Nothing is lost while it is down, within a bound. */
export interface Cloud {
  connected(): boolean
  watch(
    news: (news: { kind: 'connection'; connected: boolean } | { kind: 'order'; order: CloudOrder }) => void,
  ): () => void
  send(fact: UnitFact): void
  /** Asks where blobs are, in their order. @throws UnitError `cloud_silent` after 10 s */
  blobSources(digests: readonly string[], stop: AbortSignal): Promise<readonly BlobSource[]>
}
