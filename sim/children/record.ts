import { readFile } from 'node:fs/promises'
import { nodeFiles } from '@windlass/platform'
import type { ProcessIdentity } from './process-identity.ts'

/** Who runs in a demo's folder. The file also says that the folder is a demo's and may be emptied. */
export interface DemoRecord {
  windlass: 'demo'
  demo: ProcessIdentity | null
  children: readonly (ProcessIdentity & { name: string })[]
}

/** Undefined where there is none, or something else. */
export async function readRecord(path: string): Promise<DemoRecord | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return parseRecord(text)
}

export function parseRecord(text: string): DemoRecord | undefined {
  try {
    const record: unknown = JSON.parse(text)
    return isRecord(record) ? record : undefined
  } catch {
    return undefined
  }
}

export async function writeRecord(path: string, record: DemoRecord): Promise<void> {
  await nodeFiles.replace(path, `${JSON.stringify(record)}\n`)
}

function isRecord(value: unknown): value is DemoRecord {
  if (typeof value !== 'object' || value === null) return false
  const { windlass, demo, children } = value as Partial<Record<keyof DemoRecord, unknown>>
  if (windlass !== 'demo' || !Array.isArray(children)) return false
  return (demo === null || isIdentity(demo)) && children.every(isIdentity)
}

function isIdentity(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { pid, started, boot } = value as Partial<Record<keyof ProcessIdentity, unknown>>
  return Number.isSafeInteger(pid) && Number(pid) > 1 && typeof started === 'string' && typeof boot === 'string'
}
