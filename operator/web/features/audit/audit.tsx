import { useInfiniteQuery } from '@tanstack/react-query'
import { ask, useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page } from '../../parts/page.tsx'
import { Columns, Rows } from '../../parts/rows.tsx'
import { type AuditFilter, queryOf } from './audit-filter.ts'
import { Chain } from './chain.tsx'
import { Deed } from './deed.tsx'
import { FilterFields } from './filter-fields.tsx'

interface Given {
  filter: AuditFilter
  onFilter: (filter: AuditFilter) => void
}

/** Who changed what, when, from where and with what result; and whether nobody changed that. */
export function Audit({ filter, onFilter }: Given) {
  const { client } = useFleet()
  const question = useInfiniteQuery(ask.audit(client, queryOf(filter)))
  const more = question.hasNextPage && !question.isFetchingNextPage ? () => question.fetchNextPage() : undefined
  const isFiltered = Object.keys(filter).length > 0
  return (
    <Page title="Audit" lead="Who changed what, and who was refused: newest first, as it happens.">
      <div className="stack">
        <Chain />
        <section className="sheet" aria-label="Entries">
          <FilterFields filter={filter} onFilter={onFilter} />
          <Answered of={question}>
            {({ pages }) => {
              const entries = pages.flatMap((page) => page.entries)
              if (entries.length === 0) return <None isFiltered={isFiltered} onAll={() => onFilter({})} />
              return (
                <>
                  <Rows
                    label="Entries of the audit log"
                    head={<Columns className="deed-row" names={['When', 'Who', 'What', 'From', 'Result']} />}
                    list={entries}
                    keyOf={({ id }) => String(id)}
                    row={(entry) => <Deed entry={entry} onFilter={(given) => onFilter({ ...filter, ...given })} />}
                    more={more}
                    height={{ wide: 40, narrow: 72 }}
                  />
                  <p className="note sheet-foot" role="status">
                    {countText(entries.length, 'entry', 'entries')}
                    {question.hasNextPage
                      ? ' read so far; more as you scroll'
                      : isFiltered
                        ? ' fit'
                        : ', all there are'}
                  </p>
                </>
              )
            }}
          </Answered>
        </section>
      </div>
    </Page>
  )
}

function None({ isFiltered, onAll }: { isFiltered: boolean; onAll: () => void }) {
  if (!isFiltered) return <Empty title="Nobody changed anything yet">Every change is written here.</Empty>
  return (
    <Empty title="No entry is like that">
      <button type="button" className="small" onClick={onAll}>
        Show all
      </button>
    </Empty>
  )
}
