import { isLoopbackAddress, kinds, SettingsError, type SettingsInput } from '@windlass/platform'

/** A device that is a node of a unit: who commands it, and how it is known there (aoscore.md 1.1, 1.4). */
export interface UnitSettings {
  /** `host:port` of the communication manager's updatemanager.v2, usually port 8091. */
  communicationManager: string
  /** Paths of PEM files; null for a connection without TLS, on this machine only. */
  tls: { key: string; certificate: string; ca: string } | null
  /** Null: the machine id. */
  nodeId: string | null
  /** Update managers with a higher one go first. */
  priority: number
  componentType: string
  /** Null: `<type>_<machine id>`. */
  componentId: string | null
}

export const unitKeys = [
  'unit.communication_manager',
  'unit.key',
  'unit.certificate',
  'unit.ca',
  'unit.node_id',
  'unit.priority',
  'unit.component_type',
  'unit.component_id',
]

const hostAndPort: kinds.Kind<string> = {
  expected: 'an address such as "aoscm:8091"',
  read: (value) =>
    typeof value === 'string' && /^(\[[0-9a-f:]+\]|[^\s:/]+):\d{1,5}$/i.test(value) ? value : undefined,
}

/** Null for a device that stands alone. @throws SettingsError */
export function readUnit(input: SettingsInput): UnitSettings | null {
  const communicationManager = input.find('unit.communication_manager', hostAndPort)
  if (communicationManager === undefined) return null
  return {
    communicationManager,
    tls: readTls(input, communicationManager),
    nodeId: input.find('unit.node_id', kinds.text) ?? null,
    priority: input.find('unit.priority', kinds.whole(0, 2 ** 32 - 1)) ?? 0,
    componentType: input.find('unit.component_type', kinds.text) ?? 'rootfs',
    componentId: input.find('unit.component_id', kinds.text) ?? null,
  }
}

function readTls(input: SettingsInput, address: string): UnitSettings['tls'] {
  const key = input.find('unit.key', kinds.text)
  const certificate = input.find('unit.certificate', kinds.text)
  const ca = input.find('unit.ca', kinds.text)
  if (key !== undefined && certificate !== undefined && ca !== undefined) return { key, certificate, ca }
  if (key === undefined && certificate === undefined && ca === undefined && isLoopbackAddress(address)) return null
  throw new SettingsError('missing', {
    from: 'settings',
    key: 'unit.key, unit.certificate, unit.ca',
    expected: 'all three, because the communication manager is on another machine',
    came: 'fewer',
  })
}
