import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Screen } from '../faults/screen.ts'
import type { Fuzzed } from './fuzz.ts'
import { fuzzInThread } from './in-thread.ts'
import type { Finding } from './target.ts'
import { targets } from './targets/index.ts'

export interface FuzzOrder {
  seed: number
  /** For each parser. */
  executions: number
  /** One parser only; all when it is undefined. */
  only: string | undefined
  json: boolean
}

/** Where the corpora lie, a folder for each parser. */
export const corpora = fileURLToPath(new URL('corpus', import.meta.url))

/** Runs every parser on inputs made to break it. @returns how many findings there were */
export async function fuzzAll({ seed, executions, only, json }: FuzzOrder, screen: Screen): Promise<number> {
  const module = new URL('targets/index.ts', import.meta.url).href
  const chosen = targets.filter(({ name }) => only === undefined || name === only)
  let [findings, sum] = [0, 0]
  for (const { name } of chosen) {
    const started = performance.now()
    const progress = (done: number) => screen.progress(`${name}: ${done} of ${executions} executions`)
    const job = { module, target: name, folder: join(corpora, name), executions, seed, keep: true }
    const fuzzed = await fuzzInThread(job, { progress })
    findings += fuzzed.findings.length
    sum += fuzzed.executions
    const seconds = Math.round((performance.now() - started) / 1000)
    screen.line(json ? JSON.stringify({ target: name, ...fuzzed, seconds }) : fuzzedText(name, fuzzed, seconds))
    for (const finding of fuzzed.findings) screen.line(findingText(finding))
  }
  screen.line(
    json
      ? JSON.stringify({ executions: sum, findings })
      : `${sum} executions of ${chosen.length} parsers, ${findings} findings`,
  )
  return findings
}

function fuzzedText(name: string, { executions, places, inputs, findings }: Fuzzed, seconds: number): string {
  const count = `${String(executions).padStart(9)} executions, ${String(findings.length).padStart(2)} findings`
  return `${name.padEnd(20)} ${count}, ${inputs} inputs kept, ${places} characters of code reached, ${seconds} s`
}

/** The input of a finding is left where the corpus lies: it belongs there once it is mended. */
function findingText({ target, kind, message, input }: Finding): string {
  if (!input) return `  ${kind}: ${message}`
  const path = join(corpora, target, `found-${Buffer.from(input).toString('hex').slice(0, 12)}-${input.length}`)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, input)
  return `  ${kind}: ${message}\n  input: ${path}`
}
