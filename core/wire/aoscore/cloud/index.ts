export { WireError, type WireErrorCode } from '../../wire-error.ts'
export {
  decodeEnrolled,
  decodeEnrolment,
  type Enrolled,
  type Enrolment,
  encodeEnrolled,
  encodeEnrolment,
  enrolmentPath,
} from '../enrolment.ts'
export { type Acknowledgement, decodeAcknowledgement, encodeAck, encodeNack } from './acknowledgement.ts'
export { decodeDesiredState, encodeDesiredState } from './desired-status.ts'
export type { Dialect } from './dialect.ts'
export {
  type DiscoveryAnswer,
  type DiscoveryOutcome,
  type DiscoveryRequest,
  decodeDiscoveryAnswer,
  decodeDiscoveryRequest,
  encodeDiscoveryAnswer,
  encodeDiscoveryRequest,
} from './discovery.ts'
export { decodeEnvelope, type Envelope, type Header } from './envelope.ts'
export { decodeFact, encodeFact } from './facts.ts'
export { decodeOrder, encodeOrder } from './orders.ts'
export { decodeSchedule } from './schedule.ts'
export { decodeTime, encodeTime } from './time.ts'
export { decodeNodeConfig, decodeUnitConfig, encodeNodeConfig, encodeUnitConfig } from './unit-config.ts'
export { decodeUnitStatus, encodeUnitStatus } from './unit-status.ts'
