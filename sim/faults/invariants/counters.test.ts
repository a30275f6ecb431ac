import { calm, lying, testBreaches } from './breach.contract.ts'

testBreaches('counters', [
  {
    how: 'the store counts one too many',
    scenario: calm('good'),
    meddling: lying((store) => ({
      async counts(ids) {
        const counts = await store.counts(ids)
        return new Map([...counts].map(([id, count]) => [id, { ...count, updated: count.updated + 1 }]))
      },
    })),
  },
])
