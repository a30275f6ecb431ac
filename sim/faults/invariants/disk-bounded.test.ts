import { calm, hour, testBreaches } from './breach.contract.ts'

testBreaches('disk-bounded', [
  {
    how: 'something fills the folder of the agent',
    scenario: calm('good'),
    meddling: {
      devices: ([device], clock) => {
        clock.in(hour / 2, () => device?.disk.put('/data/download/junk', new Uint8Array(200_000)))
      },
    },
  },
])
