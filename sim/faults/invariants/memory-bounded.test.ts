import { calm, lying, testBreaches } from './breach.contract.ts'

const line = {
  at: 0,
  package: 'p',
  status: 'downloading',
  concluded: false,
  previousState: null,
  errorMessage: null,
  log: null,
}

testBreaches('memory-bounded', [
  {
    how: 'the server throws no line of history away',
    scenario: calm('good'),
    meddling: lying(() => ({
      history: async (_device, limit) => Array.from({ length: Math.min(limit, 600) }, (_, id) => ({ ...line, id })),
    })),
  },
  {
    how: 'an agent keeps all of its log',
    scenario: calm('good'),
    meddling: {
      devices: ([device]) => {
        if (device) device.api.ask = async () => ({ status: 200, body: 'x'.repeat(3_000_000) })
      },
    },
  },
])
