export type {
  BlobSource,
  CloudOrder,
  EnvOverride,
  EnvVarStatus,
  LogRequest,
  StateIdent,
  UnitAlert,
  UnitFact,
  UnitMonitoring,
} from './cloud-link.ts'
export type { ComponentStatus, ComponentUpdate, UpdateCommand, UpdateManagerStatus, UpdateState } from './component.ts'
export {
  asksForTheSame,
  type CertificateChain,
  contentOf,
  type DesiredInstance,
  type DesiredItem,
  type DesiredNode,
  type DesiredState,
  type Subject,
  type TrustedCertificate,
} from './desired-state.ts'
export { type AosCode, type AosCodeName, aosCodes, type ErrorInfo, errorInfo } from './error-info.ts'
export type {
  IdentityAnswer,
  IdentityFact,
  IdentityOrder,
  InstalledCertificate,
  SystemInfo,
} from './identity-link.ts'
export {
  type EnvVar,
  type InstanceFilter,
  type InstanceIdent,
  type InstanceState,
  type InstanceStatus,
  type ItemType,
  instanceKey,
  instanceStates,
  matchesFilter,
} from './instance.ts'
export type {
  Answer,
  FirewallRule,
  FirewallUpdate,
  HeldAddress,
  InstanceNetwork,
  NetworkWish,
  NodeNetwork,
} from './network.ts'
export {
  type ArchInfo,
  type CpuInfo,
  hasPart,
  isMainNode,
  type NodeInfo,
  type NodeState,
  nodeStates,
  type OsInfo,
  type PartitionInfo,
  type ResourceInfo,
  type RuntimeInfo,
} from './node.ts'
export type {
  InstanceOrder,
  LogPart,
  LogSpan,
  Monitoring,
  NodeAlert,
  NodeFact,
  NodeOrder,
  Usage,
} from './node-link.ts'
export type { Schedule, TimeSlot, TimetableDay } from './schedule.ts'
export type { SchedulerNotice, SchedulerState } from './scheduler-notice.ts'
export {
  type AlertRule,
  type AlertRules,
  type ConfigStatus,
  type NodeConfig,
  nodeConfigFor,
  type UnitConfig,
} from './unit-config.ts'
export type { ItemState, ItemStatus, NodeStatus, UnitStatus } from './unit-status.ts'
