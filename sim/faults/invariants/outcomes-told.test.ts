import { calm, lying, testBreaches } from './breach.contract.ts'

testBreaches('outcomes-told', [
  {
    how: 'the fleet drops every report of an error',
    scenario: calm('sick'),
    meddling: lying((store) => ({
      observe: (sight, uid, conclude) =>
        store.observe(sight, uid, (heard) => {
          const conclusion = conclude(heard)
          const good = conclusion.attempts.filter(({ state }) => state !== 'failed' && state !== 'rolled_back')
          const said = conclusion.reports.filter(({ status }) => status !== 'error' && status !== 'rolled_back')
          return { ...conclusion, attempts: good, reports: said }
        }),
    })),
  },
])
