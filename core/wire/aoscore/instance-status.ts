import { type InstanceStatus, instanceStates } from '@windlass/model/unit'
import { listOf, most, oneOf } from './checks.ts'
import { decodeError, encodeError } from './error-info.ts'
import type { InstanceStatus as Wire } from './generated/servicemanager/v5/servicemanager.ts'
import { decodeIdent, encodeIdent } from './instance-ident.ts'

export function encodeInstanceStatus(status: InstanceStatus): Wire {
  return {
    instance: encodeIdent(status.ident),
    version: status.version,
    runtimeId: status.runtimeId,
    manifestDigest: status.manifestDigest,
    envVars: status.envVars.map(({ name, error }) => ({ name, error: encodeError(error) })),
    state: status.state,
    error: encodeError(status.error),
  }
}

/** The wire leaves out on which node: `nodeId` is empty until the one who holds the stream fills it in. */
export function decodeInstanceStatus(path: string, wire: Wire): InstanceStatus {
  return {
    ident: decodeIdent(`${path}.instance`, wire.instance),
    version: wire.version,
    nodeId: '',
    runtimeId: wire.runtimeId,
    manifestDigest: wire.manifestDigest,
    state: oneOf(`${path}.state`, instanceStates, wire.state),
    envVars: listOf(`${path}.env_vars`, most.envVars, wire.envVars, (_, { name, error }) => ({
      name,
      ...decodeError(error),
    })),
    ...decodeError(wire.error),
  }
}
