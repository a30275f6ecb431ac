import type { StateIdent } from '@windlass/model/unit'

const stateFile = 'state.dat'

/** An instance's own folder below the storage or state folder. Ids come from outside: none of them leads anywhere else. */
export function folderOf({ itemId, subjectId, index }: StateIdent): string {
  return [itemId, subjectId, String(index)].map(segment).join('/')
}

export function stateFileOf(ident: StateIdent): string {
  return `${folderOf(ident)}/${stateFile}`
}

function segment(id: string): string {
  const safe = encodeURIComponent(id)
  return /^\.*$/.test(safe) ? `%${safe.replaceAll('.', '%2E')}` : safe
}
