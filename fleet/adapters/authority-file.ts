import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Authority } from '@windlass/trust/certificates'
import { newUnitAuthority } from '../identity/unit-authority.ts'
import { syncFolder } from './written-files.ts'

/** The authority's certificate and key, in one file that only its owner reads; made at the first start. */
export async function authorityIn(folder: string, nowMs: number): Promise<Authority> {
  const path = join(folder, 'unit-authority.json')
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Authority
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  const keys = await newUnitAuthority(nowMs)
  await writeFile(`${path}.new`, JSON.stringify(keys), { mode: 0o600, flush: true })
  await rename(`${path}.new`, path)
  await syncFolder(folder)
  return keys
}
