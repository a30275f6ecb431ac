import { type Health, health } from '../health.ts'
import { type PackageRecord, type PackageRule, packageList, packageRecord } from '../package.ts'
import { operatorPaths } from '../paths.ts'
import { ask, parse, remove, type Send, type Upload, uploading } from './send.ts'

/** Packages, and whether the fleet is well. */
export interface PackageCalls {
  health(): Promise<Health>
  uploadPackage(upload: Upload): Promise<PackageRecord>
  packages(): Promise<PackageRecord[]>
  package(uid: string): Promise<PackageRecord>
  removePackage(uid: string): Promise<void>
  setRule(uid: string, rule: PackageRule): Promise<PackageRecord>
}

export function packageCalls(send: Send): PackageCalls {
  const paths = operatorPaths
  return {
    health: () => ask(send, health, 'GET', paths.health),
    uploadPackage: async (upload) => parse(packageRecord, await send(paths.packages, uploading('POST', upload))),
    packages: async () => (await ask(send, packageList, 'GET', paths.packages)).packages,
    package: (uid) => ask(send, packageRecord, 'GET', paths.package(uid)),
    setRule: (uid, rule) => ask(send, packageRecord, 'PUT', paths.packageRule(uid), rule),
    removePackage: (uid) => remove(send, paths.package(uid)),
  }
}
