/** Which of a list are shown; it stands in the page's address. */
export interface ListFilter {
  query?: string
  group?: string
}

/** The filter in what stands behind the question mark. */
export function listFilterOf({ query, group }: Record<string, unknown>): ListFilter {
  return {
    ...(typeof query === 'string' && query && { query }),
    ...(typeof group === 'string' && group && { group }),
  }
}

interface Given {
  label: string
  parts: readonly { name: string; query: string }[]
  filter: ListFilter
  onFilter: (filter: ListFilter) => void
}

/** The parts of a whole as tabs above its list; the group that the list is narrowed to can be left. */
export function FilterTabs({ label, parts, filter, onFilter }: Given) {
  const plain = !filter.query && !filter.group
  return (
    <div className="tabs" role="group" aria-label={label}>
      <button type="button" aria-pressed={plain} onClick={() => onFilter({})}>
        All
      </button>
      {parts.map(({ name, query }) => (
        <button key={name} type="button" aria-pressed={filter.query === query} onClick={() => onFilter({ query })}>
          {name}
        </button>
      ))}
      {filter.group ? (
        <button type="button" aria-pressed title="Leave the group" onClick={() => onFilter({})}>
          group {filter.group} ✕
        </button>
      ) : null}
    </div>
  )
}
