import { calm, testBreaches } from './breach.contract.ts'

testBreaches('updatable', [
  {
    how: 'the agent cannot write to the spare set any more',
    scenario: calm('good', { orders: [] }),
    meddling: {
      files: (_device, files) => ({
        ...files,
        open: (path, as) =>
          path.startsWith('/dev/') && as === 'update' ? Promise.reject(new Error('worn out')) : files.open(path, as),
      }),
    },
  },
])
