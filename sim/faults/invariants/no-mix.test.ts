import { calm, reboot, replaces, testBreaches } from './breach.contract.ts'

testBreaches('no-mix', [
  {
    how: 'one part of the running set is of another version',
    scenario: calm('good', { faults: [reboot] }),
    meddling: replaces('b', 'factory', ['root']),
  },
])
