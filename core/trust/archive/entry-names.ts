import { TrustError } from '../trust-error.ts'
import { type ArchiveLimits, within } from './limits.ts'

/**
 * Holds every entry's name to the rules, in any kind of archive: plain relative paths only, and no two that are the
 * same to a filesystem that folds case or Unicode forms. Throws at the entry that breaks one.
 *
 * Names other than `metadata`, `signature` and digests are let through, as other agents ignore them too.
 */
export function nameRules(limits: ArchiveLimits): (name: string) => void {
  const seen = new Map<string, string>()
  return (name) => {
    within('archive', limits.entries, seen.size + 1, 'entries')
    const fault = faultOf(name)
    if (fault !== undefined) throw forbidden(`expected a plain relative name, got ${shown(name)}, ${fault}`)
    const folded = name.normalize('NFKC').toLowerCase()
    const twin = seen.get(folded)
    if (twin !== undefined) throw forbidden(`expected each name once, got ${shown(name)} beside ${shown(twin)}`)
    seen.set(folded, name)
  }
}

const controls = /\p{Cc}/u

function faultOf(name: string): string | undefined {
  if (name === '') return 'which is empty'
  if (controls.test(name)) return 'which has control characters'
  if (name.includes('\\')) return 'which has a backslash'
  if (name.startsWith('/') || /^[a-z]:/i.test(name)) return 'which is absolute'
  if (name.split('/').some((part) => part === '' || part === '.' || part === '..'))
    return 'which has an empty, "." or ".." part'
  return undefined
}

function forbidden(message: string): TrustError {
  return new TrustError('name_forbidden', `archive: ${message}`)
}

function shown(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 97)}...` : name)
}
