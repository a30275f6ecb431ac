import { memoryUnitStore } from './memory-unit-store.ts'
import { unitStoreContract } from './unit-store.contract.ts'

unitStoreContract('memory', async () => ({ store: memoryUnitStore(), close: async () => {} }))
