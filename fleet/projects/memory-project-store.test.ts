import { memoryProjectStore } from './memory-project-store.ts'
import { projectStoreContract } from './project-store.contract.ts'

projectStoreContract('memory', async () => ({ store: memoryProjectStore(), close: async () => undefined }))
