import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Authority } from '@windlass/trust/certificates'

/** The authority that a fleet of one process kept in a file of its folder. Undefined where there is none. */
export async function authorityIn(folder: string): Promise<Authority | undefined> {
  const path = join(folder, 'unit-authority.json')
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Authority
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
