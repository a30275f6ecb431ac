export { type OperatorClient, type OperatorClientOptions, operatorClient, type Upload } from './client.ts'
export { digest, type Page, page, type Standing } from './common.ts'
export {
  type AttemptRecord,
  type DeviceCounts,
  type DeviceDetail,
  type DeviceList,
  type DeviceQuery,
  type DeviceRecord,
  deviceCounts,
  deviceDetail,
  deviceHistory,
  deviceList,
  deviceQuery,
  type IdleReason,
  type Imported,
  imported,
  type ReasonRecord,
  type ReportRecord,
  retryOrder,
  type Wanted,
} from './device.ts'
export { type FleetEvent, fleetEvent } from './event.ts'
export { encodeEvent, readEvents } from './event-stream.ts'
export {
  type GroupOrder,
  type GroupRecord,
  groupList,
  groupName,
  groupOrder,
  groupRecord,
  type LabelChange,
  type LabelOrder,
  labelChange,
  labelKey,
  labelled,
  labelOrder,
  labelValue,
} from './group.ts'
export { type Health, health } from './health.ts'
export { OperatorError, type OperatorErrorCode } from './operator-error.ts'
export { type PackageRecord, packageList, packageRecord } from './package.ts'
export { operatorPaths } from './paths.ts'
export { type Problem, type ProblemCode, problem, problemCodes, problemOf, problemStatus } from './problem.ts'
export {
  type PhaseStanding,
  type RolloutCounts,
  type RolloutDetail,
  type RolloutDevice,
  type RolloutOrder,
  type RolloutRecord,
  type RolloutTarget,
  rolloutDetail,
  rolloutList,
  rolloutOrder,
  rolloutRecord,
} from './rollout.ts'
export {
  approvalOrder,
  type PhaseGate,
  type PhaseSize,
  type PlanRecord,
  pauseOrder,
} from './rollout-plan.ts'
export {
  blobDigest,
  claimOrder,
  claimRecord,
  type ItemOrder,
  type ItemRecord,
  itemList,
  itemOrder,
  itemRecord,
  type ReleaseOrder,
  type ReleaseRecord,
  releaseList,
  releaseOrder,
  releaseRecord,
  type UnitDetail,
  type UnitQuery,
  type UnitRecord,
  unitDetail,
  unitList,
  unitOrder,
  unitQuery,
  unitRecord,
} from './unit.ts'
export {
  type EnvOrder,
  envOrder,
  type LogOrder,
  type LogPartRecord,
  logOrder,
  logRequest,
  type UnitAlertRecord,
  type UnitEnv,
  type UnitMeasurement,
  unitAlerts,
  unitEnv,
  unitLogs,
  unitMonitoring,
} from './unit-news.ts'
