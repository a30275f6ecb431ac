import { createPublicKey } from 'node:crypto'
import { sha256Of } from '@windlass/trust'

/** What two people compare to know that they have the same key: SHA-256 of its DER, the same for both halves. */
export function fingerprint(pem: string): string {
  return sha256Of(createPublicKey(pem).export({ type: 'spki', format: 'der' }))
}
