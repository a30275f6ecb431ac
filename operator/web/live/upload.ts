import { OperatorError, problem } from '@windlass/wire/operator'
import { base } from './project.ts'

export interface Sending {
  method: 'POST' | 'PUT'
  path: string
  token: string | undefined
  progress: (sentBytes: number) => void
  signal: AbortSignal
}

/**
 * Sends bytes and answers what came back. By XMLHttpRequest: it alone tells a browser how much was sent over HTTP/1.1.
 * @throws OperatorError
 */
export function upload(content: Blob, { method, path, token, progress, signal }: Sending): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const request = new XMLHttpRequest()
  request.open(method, base + path)
  request.setRequestHeader('content-type', 'application/octet-stream')
  if (token !== undefined) request.setRequestHeader('authorization', `Bearer ${token}`)
  request.upload.addEventListener('progress', ({ loaded }) => progress(loaded))
  request.addEventListener('load', () => {
    if (request.status >= 200 && request.status < 300) resolve(documentIn(request.responseText))
    else reject(refusal(request))
  })
  request.addEventListener('error', () => reject(new OperatorError('unreachable', 'the fleet ended the upload')))
  request.addEventListener('abort', () => reject(new OperatorError('upload_cut', 'the upload was cancelled')))
  signal.addEventListener('abort', () => request.abort(), { once: true })
  request.send(content)
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
