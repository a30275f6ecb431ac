export { main } from './main.ts'
export { type NodeWorld, ServiceManager } from './service-manager.ts'
export type { Settings } from './settings.ts'
