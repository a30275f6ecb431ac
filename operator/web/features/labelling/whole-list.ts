/** By what a list was asked. */
interface Asked {
  search?: string | undefined
  query?: string | undefined
  group?: string | undefined
}

/** The whole list as labels can be given to it: by one query or one group; null where a search narrows it. */
export function wholeList({ search, query, group }: Asked): { query: string } | { group: string } | null {
  if (search) return null
  if (query) return group ? null : { query }
  return group ? { group } : { query: 'all' }
}
