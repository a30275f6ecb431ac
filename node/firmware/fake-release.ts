import { sha256Of } from '@windlass/trust'
import { fakeImage } from './fake-device.ts'
import type { FakePackage } from './fake-update-server.ts'

/** A package that writes the image of a version onto the spare slot of a FakeDevice. */
export function fakeRelease(version: string, change: { payload?: Uint8Array; hardware?: string } = {}): FakePackage {
  const image = fakeImage(version)
  const sha256sum = sha256Of(image)
  const object = (set: string) => ({
    mode: 'raw',
    filename: `v${version}.img`,
    size: image.length,
    sha256sum,
    'target-type': 'device',
    target: `/dev/slot-${set}`,
  })
  const metadata = JSON.stringify({
    product: 'p',
    version,
    'supported-hardware': change.hardware ? [change.hardware] : 'any',
    objects: [[object('a')], [object('b')]],
  })
  return { version, metadata, objects: new Map([[sha256sum, change.payload ?? image]]) }
}
