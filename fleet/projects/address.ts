/** What stands before every address of a project; nothing before those of the default one, which has no name. */
export function baseOf(project: string | null): string {
  return project === null ? '' : `/p/${project}`
}

// Agents append to the address they are given as it is, which may end in a slash.
const below = /^\/+p(?:\/+([^/?]*))?(?=[/?]|$)/

/** `/p/NAME/rest` as NAME and `/rest`. What is not below `/p` is the default project's. */
export function split(url: string): { project: string | null; rest: string } {
  const found = below.exec(url)
  if (!found) return { project: null, rest: url }
  const rest = url.slice(found[0].length)
  return { project: found[1] ?? '', rest: rest.startsWith('/') ? rest : `/${rest}` }
}
