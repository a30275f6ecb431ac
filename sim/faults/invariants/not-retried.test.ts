import { calm, forgetful, lying, testBreaches } from './breach.contract.ts'

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
])
