import { readFileSync, writeFileSync } from 'node:fs'
import { redraw } from './diagrams.ts'

/* `npm run docs`: draws the diagrams of ARCHITECTURE.md from the tables. */
const path = new URL('../docs/ARCHITECTURE.md', import.meta.url)
writeFileSync(path, redraw(readFileSync(path, 'utf8')))
