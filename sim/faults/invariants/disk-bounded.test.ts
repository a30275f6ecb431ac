import { calm, calmUnit, hour, testBreaches } from './breach.contract.ts'

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
  {
    how: 'a node of a unit keeps what it has no use for',
    scenario: calmUnit('good'),
    meddling: {
      units: ([unit]) => unit?.devices[1]?.disk.put('/services/images/blobs/sha256/junk', new Uint8Array(200_000)),
    },
  },
])
