import type { FailureCode } from '@windlass/model'
import { UpdateError } from '../update-error.ts'

/**
 * Does the work and turns what the disk or a program threw into an UpdateError that says what was being done.
 * A full disk is always `no_space`, everything else gets `code`. UpdateErrors and cancellations pass unchanged.
 */
export async function explained<T>(
  doing: string,
  code: FailureCode,
  work: () => Promise<T>,
  stop?: AbortSignal,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (stop?.aborted || error instanceof UpdateError) throw error
    throw new UpdateError(isFull(error) ? 'no_space' : code, `${doing}: ${messageOf(error)}`, { cause: error })
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
