import type { Files } from '@windlass/platform'
import type { SimDevice } from '../device/sim-device.ts'
import { calm, hour, reboot, testBreaches } from './breach.contract.ts'

const rots = { device: 0, kind: 'bit-rot', of: 'record', bits: 1, during: 'always', after: 1 } as const

testBreaches('rot-noticed', [
  {
    how: 'a record is read from where it looks as it was written, whatever the disk made of it',
    scenario: calm('good', { faults: [reboot, { at: 3 * hour, ...rots }] }),
    meddling: { files: remembering(new Map()) },
  },
])

/** What was written to a record is what is read, by any process: nobody notices what became of it. */
function remembering(written: Map<string, string | Uint8Array>) {
  return ({ name }: SimDevice, files: Files): Files => ({
    ...files,
    async replace(path, content) {
      await files.replace(path, content)
      written.set(name + path, content)
    },
    async readFile(path, maxBytes) {
      const bytes = await files.readFile(path, maxBytes)
      return Buffer.from(written.get(name + path) ?? bytes)
    },
  })
}
