import { readFileSync, writeFileSync } from 'node:fs'
import { agentTable, redraw } from './diagrams.ts'

/* `npm run docs`: draws the diagrams of ARCHITECTURE.md from the tables, and the agent's for the console. */
const path = new URL('../docs/ARCHITECTURE.md', import.meta.url)
writeFileSync(path, redraw(readFileSync(path, 'utf8')))
writeFileSync(new URL('../core/model/agent-table.json', import.meta.url), agentTable)
