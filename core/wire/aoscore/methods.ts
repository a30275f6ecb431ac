import { blobsInfos, blobsInfosRequest } from './blobs-infos.ts'
import { empty } from './empty.ts'
import { callMethod, feedMethod, streamMethod } from './method.ts'
import * as network from './network.ts'
import { nodeFact } from './node-fact.ts'
import { nodeOrder } from './node-order.ts'
import { schedulerNotice } from './scheduler-notice.ts'

/** servicemanager.v5.SMService (aoscore.md 1.5): the node calls, facts go up, orders come down. */
export const serviceManagerMethods = {
  register: streamMethod('/servicemanager.v5.SMService/RegisterSM', nodeFact, nodeOrder),
  /** Digests → URLs, in the same order. */
  blobUrls: callMethod('/servicemanager.v5.SMService/GetBlobsInfos', blobsInfosRequest, blobsInfos),
} as const

const service = '/servicemanager.v5.NetworkService'

/** servicemanager.v5.NetworkService (aoscore.md 1.6): the node calls. */
export const networkMethods = {
  nodeNetwork: callMethod(`${service}/GetNodeNetworkParams`, network.nodeNetworkRequest, network.nodeNetwork),
  allocate: callMethod(`${service}/AllocateInstanceNetwork`, network.networkWish, network.instanceNetwork),
  releaseInstance: callMethod(`${service}/ReleaseInstanceNetwork`, network.releaseInstanceNetwork, network.networkDone),
  releaseNode: callMethod(`${service}/ReleaseNodeNetwork`, network.releaseNodeNetwork, network.networkDone),
  updates: feedMethod(
    `${service}/SubscribeInstanceNetworkUpdates`,
    network.networkUpdatesRequest,
    network.firewallUpdate,
  ),
  sync: callMethod(`${service}/SyncNetworkState`, network.networkState, network.networkDone),
} as const

/**
 * Ours, not AosCore's, made of its messages. `networkAt`: where an allowed connection leads to another network, the node has to
 * be part of that, and only the unit knows which it is; GetNodeNetworkParams' messages, with an address in place of a network's
 * id. `addresses`: who is where in the whole unit, for names; all of it each time, as SyncNetworkState has it, without rules.
 */
export const unitNetworkMethods = {
  addresses: feedMethod(
    '/windlass.v1.NetworkService/SubscribeAddresses',
    network.networkUpdatesRequest,
    network.networkState,
  ),
  networkAt: callMethod(
    '/windlass.v1.NetworkService/GetNodeNetworkParamsByAddress',
    network.nodeNetworkRequest,
    network.nodeNetwork,
  ),
} as const

const scheduler = '/communicationmanager.v3.UpdateSchedulerService'

/** communicationmanager.v3.UpdateSchedulerService (aoscore.md 1.3): who triggers and watches updates calls. */
export const schedulerMethods = {
  startFota: callMethod(`${scheduler}/StartFOTAUpdate`, empty, empty),
  startSota: callMethod(`${scheduler}/StartSOTAUpdate`, empty, empty),
  notifications: feedMethod(`${scheduler}/SubscribeNotifications`, empty, schedulerNotice),
} as const
