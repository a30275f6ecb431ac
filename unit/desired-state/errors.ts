import { type ErrorInfo, errorInfo } from '@windlass/model/unit'
import { UnitError, type UnitErrorCode } from '../unit-error.ts'
import { type LegErrors, type Legs, noErrors } from './facts.ts'

const codes: Partial<Record<UnitErrorCode, Parameters<typeof errorInfo>[0]>> = {
  item_unknown: 'notFound',
  no_space: 'noMemory',
  timeout: 'timeout',
  cloud_silent: 'timeout',
  wrong_state: 'wrongState',
  desired_state: 'invalidArgument',
}

/** What was thrown, as AosCore's error (aoscore.md 0.5). */
export function errorInfoOf(error: unknown): ErrorInfo {
  if (!(error instanceof Error)) return errorInfo('failed', String(error))
  return errorInfo((error instanceof UnitError && codes[error.code]) || 'failed', error.message)
}

/** The error of every part that is under way. */
export function errorsOf(error: unknown, legs: Legs): LegErrors {
  const info = errorInfoOf(error)
  const underWay = (leg: keyof Legs) => legs[leg] === 'waiting' || legs[leg] === 'going'
  return {
    sota: underWay('sota') ? info : noErrors.sota,
    fota: underWay('fota') ? info : noErrors.fota,
  }
}
