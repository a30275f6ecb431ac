import type { InstanceIdent } from '@windlass/model/unit'
import type { NetworkCalls } from './unit-places.ts'

/** A name that an instance knows by its node's word. */
export interface HostName {
  ip: string
  hostname: string
}

/** What an instance wants of the network. */
export interface NetworkWants {
  /** The instance's id. */
  id: string
  ident: InstanceIdent
  /** Instances of one owner share a network. */
  ownerId: string
  hostname?: string
  /** Names that it alone knows, besides those of others. */
  hosts?: readonly HostName[]
  /** `<item>/<port or from-to>/<tcp or udp>`: ports of other networks that it may reach. */
  allowedConnections: readonly string[]
  /** `<port or from-to>/<tcp or udp>`; those that others may be allowed to reach. */
  exposedPorts: readonly string[]
}

/** An instance's place in the network. */
export interface Attached {
  /** The namespace to join; undefined for one without a network. */
  namespacePath?: string
  /** A file with the names of all whom it may know, kept up to date. */
  hostsPath?: string
}

/** Bytes since it was attached, as the instance sees them. */
export interface Traffic {
  download: number
  upload: number
}

/** The network between the services of a node. Calls for one instance may not overlap. */
export interface Network {
  /** In place of what it had before. @throws ServicesError */
  attach(wants: NetworkWants): Promise<Attached>
  /** Absent is fine. */
  detach(id: string): Promise<void>
  /** Detaches all others: what was left of those that a killed process was about to start. */
  keep(ids: ReadonlySet<string>): Promise<void>
  /** Undefined where nobody counts. */
  traffic(id: string): Promise<Traffic | undefined>
  /** The unit can be asked `until` then. Returns once it knows what this node holds. Never rejects. */
  meet(calls: NetworkCalls, until: AbortSignal): Promise<void>
}

/** For nodes that cannot make networks: services have none, or the node's own where they are plain processes. */
export const noNetwork: Network = {
  attach: () => Promise.resolve({}),
  detach: () => Promise.resolve(),
  keep: () => Promise.resolve(),
  traffic: () => Promise.resolve(undefined),
  meet: () => Promise.resolve(),
}
