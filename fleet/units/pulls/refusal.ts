import { OriginError, type OriginErrorCode } from '@windlass/images'
import { HttpError } from '@windlass/platform'
import { WireError } from '@windlass/wire/oci'
import type { ProblemCode } from '@windlass/wire/operator'
import { FleetError } from '../../fleet-error.ts'

const codes: Record<OriginErrorCode, ProblemCode> = {
  reference: 'request_invalid',
  absent: 'image_unknown',
  login: 'registry_refused',
  transport: 'registry_failed',
  damaged: 'blob_mismatch',
  unfit: 'item_invalid',
}

/** Why a pull failed, in the words of the operator API. What came through the door of the blobs has its reason inside. */
export function refusalOfOrigin(error: unknown): unknown {
  const said = error instanceof FleetError && error.code === 'upload_cut' ? error.cause : error
  if (said instanceof OriginError) return new FleetError(codes[said.code], said.message, { cause: said })
  if (said instanceof WireError) return new FleetError('item_invalid', said.message, { cause: said })
  if (!(said instanceof HttpError)) return said
  const hint = ' (the settings can allow others: privateRegistries)'
  return said.code === 'forbidden'
    ? new FleetError('address_refused', said.message + hint, { cause: said })
    : new FleetError('registry_failed', said.message, { cause: said })
}
