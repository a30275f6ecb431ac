import { OriginError } from '@windlass/images'
import { TrustError } from '@windlass/trust'
import { OperatorError, type OperatorErrorCode } from '@windlass/wire/operator'
import { WireError } from '@windlass/wire/updatehub'
import { CliError } from './cli-error.ts'
import { codeOf, diskWords } from './disk-words.ts'

type Ending = CliError['ending']

/** Any error as the one that ends a command: a kind and one line, never a stack. */
export function explain(error: unknown): CliError {
  if (error instanceof CliError) return error
  const cause = error instanceof Error ? error : new Error(String(error))
  const ending = endingOf(cause)
  const line = textOf(cause).replace(/\s*\n\s*/g, ' ')
  if (ending !== 'internal') return new CliError(ending, `${line}${nextStep(cause)}`, { cause })
  return new CliError(ending, `${line} (a mistake of Windlass itself; please report it)`, { cause })
}

function textOf(error: Error): string {
  if (!(codeOf(error) in diskEndings) || !('path' in error)) return error.message
  return `${String(error.path)}: expected to read it, got ${diskWords(error)}`
}

function endingOf(error: Error): Ending {
  if (error instanceof OperatorError) return fleetEndings[error.code] ?? 'data'
  if (error instanceof TrustError) return error.code === 'file_unreadable' ? 'missing' : 'data'
  if (error instanceof WireError || error instanceof OriginError) return 'data'
  return diskEndings[codeOf(error)] ?? 'internal'
}

/** What is not listed is about the bytes that were sent. */
const fleetEndings: Partial<Record<OperatorErrorCode, Ending>> = {
  unreachable: 'unavailable',
  unexpected: 'unavailable',
  internal: 'unavailable',
  no_space: 'unavailable',
  upload_cut: 'unavailable',
  route_unknown: 'unavailable',
  project_unknown: 'missing',
  project_exists: 'refused',
  project_in_use: 'refused',
  unit_away: 'unavailable',
  registry_failed: 'unavailable',
  query_invalid: 'usage',
  package_unknown: 'missing',
  group_unknown: 'missing',
  claim_unknown: 'missing',
  rollout_unknown: 'missing',
  device_unknown: 'missing',
  blob_unknown: 'missing',
  item_unknown: 'missing',
  release_unknown: 'missing',
  unit_unknown: 'missing',
  image_unknown: 'missing',
  user_unknown: 'missing',
  token_unknown: 'missing',
  webhook_unknown: 'missing',
  packager_unknown: 'missing',
  token_missing: 'refused',
  sign_in_refused: 'refused',
  role_missing: 'refused',
  ticket_refused: 'refused',
  name_taken: 'refused',
  admin_needed: 'refused',
  rate_limited: 'busy',
  token_wrong: 'refused',
  host_refused: 'refused',
  origin_refused: 'refused',
  address_refused: 'refused',
  registry_refused: 'refused',
  package_in_use: 'refused',
  group_exists: 'refused',
  group_in_use: 'refused',
  claim_used: 'refused',
  device_decommissioned: 'refused',
  device_in_service: 'refused',
  labels_too_many: 'refused',
  retry_needless: 'refused',
  product_mismatch: 'refused',
  key_reused: 'refused',
  rollout_aborted: 'refused',
  rollout_not_paused: 'refused',
  approval_unexpected: 'refused',
  roll_back_needless: 'refused',
  item_differs: 'refused',
  claim_refused: 'refused',
  unit_revoked: 'refused',
}

const diskEndings: Readonly<Record<string, Ending>> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  EISDIR: 'missing',
  EACCES: 'missing',
  EPERM: 'missing',
}

function nextStep(error: Error): string {
  if (!(error instanceof OperatorError)) return ''
  // The sentence may be the first of them.
  const others = error.errors.filter((one) => !error.message.includes(one))
  const listed = others.length > 0 ? `: ${others.join('; ')}` : ''
  if (error.code === 'unreachable') return '; start one with `windlass fleet`, or name it with --fleet'
  if (error.code === 'token_missing' || error.code === 'token_wrong')
    return '; put a token into WINDLASS_TOKEN, or name its file with --token-file'
  return listed
}
