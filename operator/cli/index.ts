export { main } from './main.ts'
export type { Elsewhere } from './parse.ts'
