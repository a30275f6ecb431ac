import { memoryWebhookStore } from './memory-webhook-store.ts'
import { webhookStoreContract } from './webhook-store.contract.ts'

webhookStoreContract('memory', async () => ({ store: memoryWebhookStore(), close: async () => undefined }))
