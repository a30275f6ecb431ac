export { isSha256, type Sha256, sha256Text } from './digest.ts'
export { type Failure, type FailureCode, failure, failureCodes } from './failure.ts'
export { type InstallationSet, otherSet, setIndex } from './installation-set.ts'
export { ModelError } from './model-error.ts'
export { distinctObjects, objectsFor, type Package, supportsHardware } from './package.ts'
export type {
  CopyObject,
  FlashObject,
  ImxkobsObject,
  InstallIfDifferent,
  Mode,
  ObjectBase,
  PackageObject,
  PlainMode,
  PlainObject,
  RawDeltaObject,
  RawObject,
  TarballObject,
  TargetType,
  TestObject,
  UbifsObject,
  VersionPattern,
} from './package-object.ts'
export { modeNames } from './package-object.ts'
export { matchesQuery } from './query/match-query.ts'
export { parseQuery } from './query/parse-query.ts'
export { printQuery } from './query/print-query.ts'
export {
  type About,
  type Comparison,
  type Field,
  type KeyedField,
  keyedFields,
  type PlainField,
  plainFields,
  type Query,
  queryLimits,
  type Subject,
} from './query/query.ts'
export { QueryError } from './query/query-error.ts'
export { orderVersions, versionOrder } from './query/version-order.ts'
export { compareVersions, parseVersion, type Version } from './version.ts'
export { isOpen, isTimeZone, parseWindow, untilOpen, type Window } from './window/window.ts'
