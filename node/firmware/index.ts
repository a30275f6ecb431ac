export { main } from './main.ts'
export { agent as agentDiagram } from './update/diagram.ts'
