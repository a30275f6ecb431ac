export { WireError, type WireErrorCode } from '../wire-error.ts'
export {
  decodeLocalInstall,
  decodeProbeAnswer,
  decodeProbeOrder,
  decodeRemoteInstall,
  type ProbeAnswer,
} from './agent-requests.ts'
export { agentHeaders, cloudHeaders, cloudPaths, decodeExtraPoll, decodeSignature } from './cloud.ts'
export { decodeInfo, decodeRuntimeSettings, type Info, type RuntimeSettingsDocument } from './info.ts'
export { parseJson } from './json-shape.ts'
export { decodeLog, type LogDocument, type LogEntry } from './log.ts'
export { decodeMetadata } from './metadata.ts'
export { checkMetadata, type MetadataCheck } from './metadata-check.ts'
export { encodeMetadata } from './metadata-text.ts'
export { decodeProbe, encodeProbe, type FirmwareFacts, type Pairs, type ProbeRequest } from './probe.ts'
export { decodeReport, encodeReport, type Report, type ReportStatus } from './report.ts'
