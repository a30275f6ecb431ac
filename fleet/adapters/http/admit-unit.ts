import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { FleetError } from '../../fleet-error.ts'
import type { ClaimPorts } from '../../identity/claims.ts'
import type { UnitStore } from '../../units/unit-store.ts'

/**
 * Over TLS a unit proves its name by the certificate that this fleet issued; on loopback without TLS its word has to do, as
 * for devices that poll. @throws FleetError `unit_unknown`, `token_missing`, `unit_revoked`
 */
export async function admitUnit(
  { socket }: IncomingMessage,
  systemId: string,
  { store, claims }: { store: UnitStore; claims: Pick<ClaimPorts, 'authority'> },
): Promise<void> {
  if (!(await store.unit(systemId)))
    throw new FleetError('unit_unknown', `expected a unit that enrolled here, got ${systemId}`)
  const shown = shownBy(socket as TLSSocket, claims.authority)
  if (shown && shown.name !== systemId)
    throw new FleetError('token_missing', `expected the certificate of ${systemId}, got ${shown.name ?? 'none'}`)
  if (await store.counts(systemId, shown?.serial ?? null)) return
  throw new FleetError('unit_revoked', `expected certificates of ${systemId} that count, got some that were revoked`)
}

/** Undefined without TLS. */
function shownBy(socket: TLSSocket, authority: ClaimPorts['authority']): { name?: string; serial: string } | undefined {
  if (!socket.encrypted) return undefined
  const whole = socket.getPeerX509Certificate()
  // Another project of this fleet may have issued it.
  if (!socket.authorized || !whole || !authority.issued(whole)) return { serial: '' }
  const { subject, serialNumber } = socket.getPeerCertificate()
  const name = Array.isArray(subject.CN) ? subject.CN[0] : subject.CN
  return { ...(name !== undefined && { name }), serial: serialNumber.toLowerCase() }
}
