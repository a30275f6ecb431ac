import { memoryWebhookStore } from './memory-webhook-store.ts'
import { sealableStoreContract } from './sealable-store.contract.ts'
import { webhookStoreContract } from './webhook-store.contract.ts'

webhookStoreContract('memory', async () => ({ store: memoryWebhookStore(), close: async () => undefined }))
sealableStoreContract('memory', async () => ({ store: memoryWebhookStore(), close: async () => undefined }))
