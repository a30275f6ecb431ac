import { updateManager } from './desired-state/diagram.ts'

export type * from './ports.ts'
/** For the documents and the console. */
export const updateDiagram: { diagram: Record<string, Record<string, string>>; start: string } = updateManager
