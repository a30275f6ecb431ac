import { calmUnit, testBreaches } from './breach.contract.ts'

testBreaches('unit-known', [
  {
    how: 'the fleet forgets what one node said',
    scenario: calmUnit('good'),
    meddling: {
      unitStore: (store) => ({
        ...store,
        hear: (unit, at, merge) =>
          store.hear(unit, at, (before) => {
            const after = merge(before)
            const instances = after?.instances?.filter(({ nodeId }) => nodeId !== 'side2') ?? []
            return after && { ...after, instances }
          }),
      }),
    },
  },
  {
    how: 'the fleet believes that a bad release arrived',
    scenario: calmUnit('firmware-sick'),
    meddling: {
      // It looks for nothing that is missing.
      unitStore: (store) => ({
        ...store,
        release: async (id) => {
          const release = await store.release(id)
          return (
            release && { ...release, content: { ...release.content, items: [], instances: [], unitConfig: undefined } }
          )
        },
      }),
    },
  },
])
