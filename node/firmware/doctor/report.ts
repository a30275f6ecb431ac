import type { Verdict } from './check.ts'
import { isFit, type Line } from './examine.ts'

/** For people: a line for what is well; what was expected, what came and what to do for the rest. */
export function textReport(lines: readonly Line[]): string {
  const width = Math.max(...lines.map(({ name }) => name.length))
  const rows = lines.flatMap(({ name, verdict, expected, came, advice }) => {
    const indent = ' '.repeat(width + 11)
    const head = `${verdict.padEnd(8)} ${name.padEnd(width)}  ${came.trim().replaceAll('\n', `\n${indent}`)}`
    if (verdict === 'ok') return [head]
    return [head, `${indent}expected: ${expected}`, `${indent}do: ${advice}`]
  })
  const count = (verdict: Verdict) => lines.filter((line) => line.verdict === verdict).length
  const fit = isFit(lines) ? 'fit to be updated' : 'not fit to be updated'
  return `${rows.join('\n')}\n\n${fit}: ${count('ok')} ok, ${count('warning')} warning, ${count('wrong')} wrong\n`
}

/** `{ fit, checks: [{ name, verdict, expected, came, advice }] }`; `advice` is empty where all is well. */
export function jsonReport(lines: readonly Line[]): string {
  const checks = lines.map(({ name, verdict, expected, came, advice }) => ({ name, verdict, expected, came, advice }))
  return `${JSON.stringify({ fit: isFit(lines), checks })}\n`
}
