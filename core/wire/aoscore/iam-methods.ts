import type { SystemInfo } from '@windlass/model/unit'
import { most, texts } from './checks.ts'
import { message } from './codec.ts'
import { empty } from './empty.ts'
import * as iam from './generated/iamanager/v6/iamanager.ts'
import { APIVersion } from './generated/iamanager/version.ts'
import { certInfo, certQuestion, certSubscription } from './iam-certificate.ts'
import { answers, identityFact } from './iam-fact.ts'
import { nodeInfo } from './iam-node-info.ts'
import { identityOrder, orders } from './iam-order.ts'
import { callMethod, feedMethod, streamMethod } from './method.ts'

const version = message(
  'APIVersion',
  APIVersion,
  (number: number) => ({ version: BigInt(number) }),
  (_, wire) => Number(wire.version),
)
const systemInfo = message(
  'SystemInfo',
  iam.SystemInfo,
  (info: SystemInfo) => info,
  (_, info) => info,
)
const subjects = message(
  'Subjects',
  iam.Subjects,
  (list: readonly string[]) => ({ subjects: [...list] }),
  (path, wire): readonly string[] => texts(`${path}.subjects`, most.names, wire.subjects),
)
const nodeIds = message(
  'NodesID',
  iam.NodesID,
  (ids: readonly string[]) => ({ ids: [...ids] }),
  (path, wire): readonly string[] => texts(`${path}.ids`, most.names, wire.ids),
)
const nodeQuestion = message(
  'GetNodeInfoRequest',
  iam.GetNodeInfoRequest,
  (nodeId: string) => ({ nodeId }),
  (_, wire) => wire.nodeId,
)

/** iamanager.v6 (aoscore.md 1.8), without permissions: services on the public port and on the protected one. */
export const identityMethods = {
  apiVersion: callMethod('/iamanager.IAMVersionService/GetAPIVersion', empty, version),
  systemInfo: callMethod('/iamanager.v6.IAMPublicIdentityService/GetSystemInfo', empty, systemInfo),
  subjects: callMethod('/iamanager.v6.IAMPublicIdentityService/GetSubjects', empty, subjects),
  subjectsChanged: feedMethod('/iamanager.v6.IAMPublicIdentityService/SubscribeSubjectsChanged', empty, subjects),
  currentNode: callMethod('/iamanager.v6.IAMPublicCurrentNodeService/GetCurrentNodeInfo', empty, nodeInfo),
  currentNodeChanged: feedMethod(
    '/iamanager.v6.IAMPublicCurrentNodeService/SubscribeCurrentNodeChanged',
    empty,
    nodeInfo,
  ),
  cert: callMethod('/iamanager.v6.IAMPublicCertService/GetCert', certQuestion, certInfo),
  certChanged: feedMethod('/iamanager.v6.IAMPublicCertService/SubscribeCertChanged', certSubscription, certInfo),
  nodeIds: callMethod('/iamanager.v6.IAMPublicNodesService/GetAllNodeIDs', empty, nodeIds),
  nodeInfo: callMethod('/iamanager.v6.IAMPublicNodesService/GetNodeInfo', nodeQuestion, nodeInfo),
  nodeChanged: feedMethod('/iamanager.v6.IAMPublicNodesService/SubscribeNodeChanged', empty, nodeInfo),
  registerNode: streamMethod('/iamanager.v6.IAMPublicNodesService/RegisterNode', identityFact, identityOrder),
} as const

/** One procedure for each kind of order; on the protected port of the main node only. */
export const identityOrderMethods = {
  pause: callMethod('/iamanager.v6.IAMNodesService/PauseNode', orders.pause, answers.pause),
  resume: callMethod('/iamanager.v6.IAMNodesService/ResumeNode', orders.resume, answers.resume),
  cert_types: callMethod('/iamanager.v6.IAMProvisioningService/GetCertTypes', orders.cert_types, answers.cert_types),
  start_provisioning: callMethod(
    '/iamanager.v6.IAMProvisioningService/StartProvisioning',
    orders.start_provisioning,
    answers.start_provisioning,
  ),
  finish_provisioning: callMethod(
    '/iamanager.v6.IAMProvisioningService/FinishProvisioning',
    orders.finish_provisioning,
    answers.finish_provisioning,
  ),
  deprovision: callMethod('/iamanager.v6.IAMProvisioningService/Deprovision', orders.deprovision, answers.deprovision),
  create_key: callMethod('/iamanager.v6.IAMCertificateService/CreateKey', orders.create_key, answers.create_key),
  apply_cert: callMethod('/iamanager.v6.IAMCertificateService/ApplyCert', orders.apply_cert, answers.apply_cert),
} as const
