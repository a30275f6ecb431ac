import * as z from 'zod'

/** Why the operator API refuses, with the status that goes with each. Closed: exit codes and texts are made of it. */
export const problemStatus = {
  request_invalid: 400,
  query_invalid: 400,
  token_missing: 401,
  token_wrong: 401,
  sign_in_refused: 401,
  role_missing: 403,
  ticket_refused: 403,
  claim_refused: 403,
  unit_revoked: 403,
  host_refused: 403,
  origin_refused: 403,
  address_refused: 403,
  route_unknown: 404,
  project_unknown: 404,
  package_unknown: 404,
  rollout_unknown: 404,
  device_unknown: 404,
  group_unknown: 404,
  blob_unknown: 404,
  item_unknown: 404,
  release_unknown: 404,
  unit_unknown: 404,
  image_unknown: 404,
  user_unknown: 404,
  token_unknown: 404,
  webhook_unknown: 404,
  package_in_use: 409,
  group_exists: 409,
  project_exists: 409,
  project_in_use: 409,
  labels_too_many: 409,
  device_decommissioned: 409,
  device_in_service: 409,
  unit_away: 409,
  retry_needless: 409,
  product_mismatch: 409,
  key_reused: 409,
  rollout_aborted: 409,
  rollout_not_paused: 409,
  approval_unexpected: 409,
  roll_back_needless: 409,
  item_differs: 409,
  name_taken: 409,
  admin_needed: 409,
  rate_limited: 429,
  upload_too_large: 413,
  upload_cut: 400,
  archive_invalid: 422,
  archive_entry_missing: 422,
  archive_too_large: 422,
  name_forbidden: 422,
  metadata_invalid: 422,
  object_mismatch: 422,
  blob_mismatch: 422,
  import_invalid: 422,
  item_invalid: 422,
  registry_refused: 422,
  release_invalid: 422,
  signature_missing: 422,
  signature_mismatch: 422,
  no_space: 507,
  internal: 500,
  registry_failed: 502,
} as const
export type ProblemCode = keyof typeof problemStatus
export const problemCodes = Object.keys(problemStatus) as [ProblemCode, ...ProblemCode[]]

/** `application/problem+json` (RFC 9457). `detail` is one sentence for people; `errors` lists every place that is off. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(problemCodes),
  detail: z.string(),
  errors: z.array(z.string()).optional(),
})
export type Problem = z.infer<typeof problem>

/** The document for a code, as it goes over the wire. */
export function problemOf(code: ProblemCode, detail: string, errors?: readonly string[]): Problem {
  return {
    type: `urn:windlass:problem:${code}`,
    title: code.replaceAll('_', ' '),
    status: problemStatus[code],
    code,
    detail,
    ...(errors?.length ? { errors: [...errors] } : {}),
  }
}
