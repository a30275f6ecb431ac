import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReleaseRecord } from '@windlass/wire/operator'
import { ask, useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Differences } from './differences.tsx'
import { releaseDiff } from './release-diff.ts'
import { ReleaseOptions } from './release-options.tsx'

interface Given {
  from: number | undefined
  to: number | undefined
  onCompare: (ids: { from: number; to: number }) => void
}

/** What units can be brought to, and what changes from one to another. */
export function Releases({ from, to, onCompare }: Given) {
  const { client } = useFleet()
  const question = useQuery(ask.releases(client))
  return (
    <Page
      title="Releases"
      lead="What a unit is to be: items, how many run for whom, its configuration."
      actions={
        <Link to="/releases/new" className="button main">
          A new release
        </Link>
      }
    >
      <Answered of={question}>
        {(releases) => {
          const [newest, before = newest] = releases
          if (!newest || !before)
            return (
              <Empty title="There is no release yet" icon="releases">
                <Link to="/releases/new">Make one</Link> of the items on <Link to="/packages">Packages</Link>.
              </Empty>
            )
          const chosen = { from: from ?? before.id, to: to ?? newest.id }
          return (
            <>
              <Compare releases={releases} chosen={chosen} onCompare={onCompare} />
              <div className="cards">
                {releases.map((release) => (
                  <ReleaseCard key={release.id} release={release} />
                ))}
              </div>
            </>
          )
        }}
      </Answered>
    </Page>
  )
}

interface Comparing {
  releases: readonly ReleaseRecord[]
  chosen: { from: number; to: number }
  onCompare: Given['onCompare']
}

function Compare({ releases, chosen, onCompare }: Comparing) {
  const from = releases.find(({ id }) => id === chosen.from)
  const to = releases.find(({ id }) => id === chosen.to)
  const pick = (name: 'from' | 'to', label: string) => (
    <label>
      {label}
      <select value={chosen[name]} onChange={(event) => onCompare({ ...chosen, [name]: Number(event.target.value) })}>
        <ReleaseOptions releases={releases} />
      </select>
    </label>
  )
  return (
    <Panel title="What changes" wide>
      <div className="pickers">
        {pick('from', 'From')}
        {pick('to', 'To')}
      </div>
      {from && to ? <Differences list={releaseDiff(from.content, to.content)} /> : <Empty title="No such release" />}
    </Panel>
  )
}

function ReleaseCard({ release: { id, content, createdAt } }: { release: ReleaseRecord }) {
  const instances = content.instances.reduce((sum, { numInstances }) => sum + numInstances, 0)
  return (
    <article className="card">
      <header>
        <h3>
          {id}: {content.name}
        </h3>
        <Moment at={createdAt} />
      </header>
      {content.notes ? <p>{content.notes}</p> : null}
      <ul className="plain objects">
        {content.items.map(({ itemId, version }) => (
          <li key={itemId}>
            <span>{itemId}</span>
            <b className="number">{version}</b>
          </li>
        ))}
      </ul>
      <p className="note">
        {countText(content.items.length, 'item')}, {countText(instances, 'instance')}
        {content.unitConfig ? `, unit configuration ${content.unitConfig.version}` : ''}
      </p>
      <p>
        <Mark meaning="waiting">services {content.sotaSchedule?.type ?? 'at once'}</Mark>{' '}
        <Mark meaning="waiting">firmware {content.fotaSchedule?.type ?? 'at once'}</Mark>
      </p>
      <footer>
        <Link
          to="/unit-rollouts/new"
          search={{ release: id }}
          className="button small"
          aria-label={`Roll out ${content.name}`}
        >
          Roll out
        </Link>
      </footer>
    </article>
  )
}
