import { calm, calmUnit, testBreaches } from './breach.contract.ts'

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
  {
    how: 'a node starts what nobody released',
    scenario: calmUnit('good'),
    meddling: {
      units: ([unit]) => {
        for (const { layers } of unit?.nodes ?? []) layers.contentOf = () => new Uint8Array([1])
      },
    },
  },
])
