import { auditStoreContract } from './audit-store.contract.ts'
import { memoryAuditStore } from './memory-audit-store.ts'

auditStoreContract('memory', async () => ({ store: memoryAuditStore(), close: async () => undefined }))
