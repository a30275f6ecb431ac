export { memoryStore } from './store/memory-store.ts'
