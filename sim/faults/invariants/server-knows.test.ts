import { calm, lying, testBreaches } from './breach.contract.ts'

testBreaches('server-knows', [
  {
    how: 'the fleet writes down what a device ran at first, for ever',
    scenario: calm('good'),
    meddling: lying((store) => ({
      observe: (sight, uid, conclude) =>
        store.observe({ ...sight, facts: { ...sight.facts, version: 'factory' } }, uid, conclude),
    })),
  },
])
