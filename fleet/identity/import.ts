import type { Sha256 } from '@windlass/model'
import { labelKey, labelValue } from '@windlass/wire/operator'
import { CsvError, parse } from 'csv-parse/sync'
import { mostLabels } from '../groups/group.ts'
import { deviceId } from './device-id.ts'

/** A device that may come, and what is written on it. */
export interface Approval {
  device: Sha256
  identity: Readonly<Record<string, string>>
  labels: Readonly<Record<string, string>>
}

/** How many lines one file may have. */
export const mostLines = 100_000
const mostErrors = 100

interface Line {
  record: string[]
  info: { lines: number }
}
interface Column {
  of: 'identity' | 'label'
  key: string
}

/**
 * Reads a table of devices: a line of headings, `identity.KEY` and `label.KEY`, then a line for each device; an empty cell says
 * nothing. Returns all of it, or what is wrong with it, line by line (the first hundred). Pure.
 */
export function readImport(text: string): { approvals: Approval[] } | { errors: string[] } {
  const lines = linesOf(text)
  if ('error' in lines) return { errors: [lines.error] }
  const [heading, ...rows] = lines.lines
  if (!heading || rows.length === 0)
    return { errors: ['expected a line of headings and one for each device, got none'] }
  if (rows.length > mostLines) return { errors: [`expected at most ${mostLines} devices, got ${rows.length}`] }
  const columns = heading.record.map(columnOf)
  const wrong = headingErrors(heading, columns)
  return wrong.length > 0 ? { errors: wrong } : approvalsOf(rows, columns as Column[])
}

function linesOf(text: string): { lines: Line[] } | { error: string } {
  try {
    const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true } as const
    // With `info` each record comes beside the line it ends on, which the types do not say.
    return { lines: parse(text, options) as unknown as Line[] }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return { error: `expected comma-separated values (RFC 4180), got: ${error.message}` }
  }
}

function columnOf(text: string): Column | undefined {
  const [, of, key] = /^(identity|label)\.(.{1,256})$/.exec(text) ?? []
  if (key === undefined || (of !== 'identity' && of !== 'label')) return undefined
  return of === 'label' && !labelKey.safeParse(key).success ? undefined : { of, key }
}

function headingErrors({ record, info }: Line, columns: readonly (Column | undefined)[]): string[] {
  const at = `line ${info.lines}: `
  const errors = record.flatMap((text, n) =>
    columns[n] ? [] : [`${at}expected identity.KEY or label.KEY, got ${JSON.stringify(text)}`],
  )
  if (new Set(record).size < record.length) errors.push(`${at}expected each heading once`)
  if (!columns.some((column) => column?.of === 'identity')) errors.push(`${at}expected an identity.KEY, got none`)
  if (columns.filter((column) => column?.of === 'label').length > mostLabels)
    errors.push(`${at}expected at most ${mostLabels} labels`)
  return errors
}

function approvalsOf(
  rows: readonly Line[],
  columns: readonly Column[],
): { approvals: Approval[] } | { errors: string[] } {
  const seen = new Map<string, number>()
  const errors: string[] = []
  const approvals = rows.map(({ record, info: { lines } }) => {
    const { identity, label: labels } = pairsOf(record, columns)
    const device = deviceId(identity)
    const wrong = lineError(record, columns, identity, labels, seen.get(device))
    if (wrong !== undefined) errors.push(`line ${lines}: ${wrong}`)
    seen.set(device, lines)
    return { device, identity, labels }
  })
  return errors.length > 0 ? { errors: errors.slice(0, mostErrors) } : { approvals }
}

function pairsOf(record: readonly string[], columns: readonly Column[]) {
  const of = (kind: Column['of']) =>
    Object.fromEntries(
      columns.flatMap((column, n): [string, string][] => {
        const cell = record[n] ?? ''
        return column.of === kind && cell !== '' ? [[column.key, cell]] : []
      }),
    )
  return { identity: of('identity'), label: of('label') }
}

function lineError(
  record: readonly string[],
  columns: readonly Column[],
  identity: Approval['identity'],
  labels: Approval['labels'],
  before: number | undefined,
): string | undefined {
  if (record.length !== columns.length) return `expected ${columns.length} cells, got ${record.length}`
  if (Object.keys(identity).length === 0) return 'expected at least one part of an identity, got none'
  const long = Object.entries(labels).find(([, value]) => !labelValue.safeParse(value).success)
  if (long) return `label.${long[0]}: expected at most 256 characters, got ${long[1].length}`
  if (record.some((cell) => cell.includes('\0') || !cell.isWellFormed())) return 'expected whole characters without NUL'
  return before === undefined ? undefined : `expected each device once, got that of line ${before} again`
}
