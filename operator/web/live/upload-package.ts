import { OperatorError, operatorPaths, type PackageRecord, packageRecord } from '@windlass/wire/operator'
import { upload } from './upload.ts'

/** Publishes a package. @throws OperatorError */
export async function uploadPackage(
  file: Blob,
  token: string | undefined,
  progress: (sentBytes: number) => void,
  signal: AbortSignal,
): Promise<PackageRecord> {
  const answer = await upload(file, { method: 'POST', path: operatorPaths.packages, token, progress, signal })
  const { data } = packageRecord.safeParse(answer)
  if (data) return data
  throw new OperatorError('unexpected', "expected a package of this version's API, got another shape")
}
