import { calm, calmUnit, hour, testBreaches } from './breach.contract.ts'

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
  {
    how: 'a node of a unit cannot be reached any more',
    scenario: calmUnit('good'),
    meddling: {
      units: ([unit], clock) => {
        const cut = () => {
          for (const device of unit?.devices.slice(1) ?? []) device.link.trouble = 'refused'
        }
        // After the first release was found to be there.
        const afterPeaceMs = 5 * hour + 85 * 60_000
        for (let at = 0; at < 14 * hour; at += 60_000) clock.in(afterPeaceMs + 500 + at, cut)
      },
    },
  },
])
