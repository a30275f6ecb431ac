import { createHash } from 'node:crypto'
import { type Sha256, sha256Text } from '@windlass/model'
import type { FirmwareFacts } from '@windlass/wire/updatehub'
import { deviceId } from '../identity/device-id.ts'
import type { Attempt, Device, KeptPackage, Sight } from './records.ts'

/*
 * Records for tests: complete, small, and different where a name differs.
 */

export const product = sha256Text('3f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d4692')

export function uidOf(name: string): Sha256 {
  return sha256Text(createHash('sha256').update(name).digest('hex'))
}

export function facts(serial: string, version: string, over: Partial<FirmwareFacts> = {}): FirmwareFacts {
  const attributes = { iface: ['eth0', 'wlan0'], kernel: '6.6.9' }
  return { productUid: product, version, hardware: 'gw-mk2', identity: { serial }, attributes, ...over }
}

export function sight(serial: string, version: string, at: number, over: Partial<FirmwareFacts> = {}): Sight {
  const all = facts(serial, version, over)
  return { id: deviceId(all.identity), facts: all, at, by: 'probe' }
}

/** A device that was seen once, long ago. */
export function device(serial: string, version: string): Device {
  const { id } = sight(serial, version, 0)
  const said = { identity: {}, attributes: {}, labels: {}, status: 'idle', waits: null, boot: null }
  return { id, product, version, hardware: 'gw-mk2', ...said, firstSeen: 0, lastSeen: 0 }
}

export function kept(name: string, version: string): KeptPackage {
  return {
    uid: uidOf(name),
    product,
    version,
    hardware: 'any',
    metadata: new TextEncoder().encode(`{"name": "${name}"}`),
    signature: '',
    size: 1234,
    uploadedAt: 1000,
    objects: [{ filename: `${name}.bin`, mode: 'raw', size: 10, sha256sum: uidOf(`${name}.bin`), at: 512 }],
  }
}

export function attempt(device: string, over: Partial<Attempt> = {}): Attempt {
  return {
    device: sha256Text(device),
    package: uidOf('p'),
    version: '3.1',
    from: '3.0',
    state: 'offered',
    reason: null,
    lastReport: null,
    offers: 1,
    retry: false,
    under: null,
    at: 1000,
    ...over,
  }
}
