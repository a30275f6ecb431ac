import { memoryPeopleStore } from './memory-people-store.ts'
import { peopleStoreContract } from './people-store.contract.ts'

peopleStoreContract('memory', async () => ({ store: memoryPeopleStore(), close: async () => undefined }))
