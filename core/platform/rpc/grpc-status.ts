import { type ServiceError, status } from '@grpc/grpc-js'
import { RpcError, type RpcErrorCode } from './rpc.ts'

const statusOf: Record<RpcErrorCode, status> = {
  unavailable: status.UNAVAILABLE,
  refused: status.PERMISSION_DENIED,
  cancelled: status.CANCELLED,
  timeout: status.DEADLINE_EXCEEDED,
  not_found: status.NOT_FOUND,
  invalid: status.INVALID_ARGUMENT,
  wrong_state: status.FAILED_PRECONDITION,
  unimplemented: status.UNIMPLEMENTED,
  internal: status.INTERNAL,
}

const codeOf = new Map<number, RpcErrorCode>([
  ...Object.entries(statusOf).map(([code, number]) => [number, code as RpcErrorCode] as const),
  [status.UNAUTHENTICATED, 'refused'],
])

export function toStatus(error: unknown): { code: status; details: string } {
  const { code, message } = RpcError.from(error)
  return { code: statusOf[code], details: message }
}

/** What grpc-js or a stream of Node's throws. */
export function fromStatus(error: unknown): RpcError {
  if (error instanceof RpcError) return error
  if (!isServiceError(error)) return new RpcError('unavailable', 'the other end is gone', { cause: error })
  return new RpcError(codeOf.get(error.code) ?? 'internal', error.details, { cause: error })
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number'
}
