import { calmUnit, hour, testBreaches } from './breach.contract.ts'

testBreaches('unit-whole', [
  {
    how: 'the services of one node are gone and nobody notices',
    scenario: calmUnit('good'),
    meddling: { units: ([unit], clock) => void clock.in(2 * hour, () => unit?.nodes[1]?.containers.endAll()) },
  },
])
