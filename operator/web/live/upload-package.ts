import { OperatorError, operatorPaths, type PackageRecord, packageRecord, problem } from '@windlass/wire/operator'

/**
 * Publishes a package. By XMLHttpRequest: it alone tells a browser how much was sent over HTTP/1.1.
 * @throws OperatorError
 */
export function uploadPackage(
  file: Blob,
  token: string | undefined,
  progress: (sentBytes: number) => void,
  signal: AbortSignal,
): Promise<PackageRecord> {
  const { promise, resolve, reject } = Promise.withResolvers<PackageRecord>()
  const request = new XMLHttpRequest()
  request.open('POST', operatorPaths.packages)
  request.setRequestHeader('content-type', 'application/octet-stream')
  if (token !== undefined) request.setRequestHeader('authorization', `Bearer ${token}`)
  request.upload.addEventListener('progress', ({ loaded }) => progress(loaded))
  request.addEventListener('load', () => {
    const answer = packageRecord.safeParse(documentIn(request.responseText))
    if (request.status === 201 && answer.success) resolve(answer.data)
    else reject(refusal(request))
  })
  request.addEventListener('error', () => reject(new OperatorError('unreachable', 'the fleet ended the upload')))
  request.addEventListener('abort', () => reject(new OperatorError('upload_cut', 'the upload was cancelled')))
  signal.addEventListener('abort', () => request.abort(), { once: true })
  request.send(file)
  return promise
}

function refusal({ status, responseText }: XMLHttpRequest): OperatorError {
  const { data } = problem.safeParse(documentIn(responseText))
  if (data) return new OperatorError(data.code, data.detail, { status, ...(data.errors && { errors: data.errors }) })
  return new OperatorError('unexpected', `expected an answer of the fleet's API, got status ${status}`, { status })
}

function documentIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
