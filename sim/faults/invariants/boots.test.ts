import { calm, reboot, replaces, testBreaches } from './breach.contract.ts'

testBreaches('boots', [
  {
    how: 'the boot loader is made to choose the spare set before it is written',
    scenario: calm('good'),
    meddling: {
      devices: ([device], clock) => {
        const record = JSON.stringify({ active: 'b', onTrial: true, starts: 0 })
        clock.in(500, () => device?.disk.put('/boot/slots.json', record))
      },
    },
  },
  {
    how: 'both kernels panic',
    scenario: calm('panics', { faults: [reboot] }),
    meddling: replaces('a', 'r1', ['boot', 'root']),
  },
])
