import { readFileSync, writeFileSync } from 'node:fs'
import { redraw, tables } from './diagrams.ts'

/* `npm run docs`: draws the diagrams of ARCHITECTURE.md from the tables, and the tables for the console. */
const path = new URL('../docs/ARCHITECTURE.md', import.meta.url)
writeFileSync(path, redraw(readFileSync(path, 'utf8')))
for (const [file, text] of Object.entries(tables))
  writeFileSync(new URL(`../core/model/${file}`, import.meta.url), text)
