import { calm, testBreaches } from './breach.contract.ts'

testBreaches('verified', [
  {
    how: 'the device has lost its key and checks nothing',
    scenario: calm('unsigned'),
    meddling: {
      files: (_device, files) => ({
        ...files,
        facts: async (path) => (path.endsWith('key.pub') ? undefined : files.facts(path)),
      }),
    },
  },
])
