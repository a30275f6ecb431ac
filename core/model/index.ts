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
export { compareVersions, parseVersion, type Version } from './version.ts'
