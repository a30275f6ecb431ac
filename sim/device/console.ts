import type { Happening } from '../happenings.ts'

/** What a line of the agent's log says: a move of its machine, or anything else. Undefined for what is no log line. */
export function readConsole(line: string): Happening | undefined {
  const entry = parse(line)
  if (!entry) return undefined
  const { time: _, level, text, ...fields } = entry
  if (text === 'moved')
    return { kind: 'moved', from: String(fields['from']), on: String(fields['on']), to: String(fields['to']) }
  return { kind: 'logged', level: String(level), text: String(text), fields }
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && 'text' in value ? { ...value } : undefined
  } catch {
    return undefined
  }
}
