import { checkedText, type Files, withChecksum } from '@windlass/platform'
import { nodeNumber } from '../scenario.ts'
import { calm, calmUnit, forgetful, lying, reboot, testBreaches } from './breach.contract.ts'

testBreaches('not-retried', [
  {
    how: 'neither the device nor the fleet remembers what was taken back',
    scenario: calm('sick'),
    meddling: {
      ...forgetful('refused.json'),
      ...lying((store) => ({
        observe: (sight, uid, conclude) => store.observe(sight, uid, (heard) => conclude({ ...heard, attempts: [] })),
      })),
    },
  },
  {
    how: 'a unit forgets over a restart what it took back',
    scenario: calmUnit('firmware-sick', { faults: [{ ...reboot, device: nodeNumber(0, 0) }] }),
    meddling: {
      files: (_device, files): Files => ({
        ...files,
        async readFile(path, most) {
          const bytes = await files.readFile(path, most)
          if (!path.endsWith('/update.json')) return bytes
          return Buffer.from(withChecksum(checkedText(bytes).replace(/"refused":\[.*\](?=,"next")/, '"refused":[]')))
        },
      }),
    },
  },
])
