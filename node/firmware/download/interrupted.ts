import type { FailureCode } from '@windlass/model'
import { HttpError } from '@windlass/platform'
import { UpdateError } from '../update-error.ts'

/** An attempt came to an early end that another one may mend. `code` is the failure once no attempt is left. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly code: FailureCode
  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** What says of itself that it may be otherwise soon: time-outs, too many requests, gateways without a server. */
const passing: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504])

/** An answer of no use, as what it is to be thrown: worth another attempt or not, by its status. */
export function refused(status: number, message: string): Interrupted | UpdateError {
  return passing.has(status) ? new Interrupted('server_refused', message) : new UpdateError('server_refused', message)
}

/** Sorts what an attempt threw: worth another attempt (Interrupted), final (UpdateError), or not ours to judge. */
export function sorted(error: unknown): unknown {
  if (error instanceof HttpError) return sortedHttp(error)
  const full = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
  return full ? new UpdateError('no_space', `the download folder is full: ${error.message}`, { cause: error }) : error
}

function sortedHttp(error: HttpError): Error {
  const { message } = error
  switch (error.code) {
    case 'refused':
    case 'cut':
      return new Interrupted('server_unreachable', message, { cause: error })
    case 'timeout':
      return new Interrupted('download_timeout', message, { cause: error })
    case 'bad_url':
    case 'tls':
      return new UpdateError('server_unreachable', message, { cause: error })
    case 'too_long':
    case 'too_many_redirects':
    case 'forbidden':
      return new UpdateError('server_refused', message, { cause: error })
  }
}
