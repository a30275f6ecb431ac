import type { ReleaseRecord, UnitRecord } from '@windlass/wire/operator'
import { countText } from '../../live/quantities.ts'
import { Empty } from '../../parts/nothing.tsx'
import { Panel } from '../../parts/page.tsx'
import { Proportion } from '../../parts/proportion.tsx'
import { gateTexts, sizeText } from '../plan/phase-text.ts'
import { Differences } from '../releases/differences.tsx'
import { releaseDiff } from '../releases/release-diff.ts'
import { foretold, meantBy, releasesOf, type UnitRolloutDraft, unitOrderOf } from './unit-form.ts'

interface Given {
  draft: UnitRolloutDraft
  releases: readonly ReleaseRecord[]
  units: readonly UnitRecord[]
  children: React.ReactNode
}

/** To whom it would be something new, when they hear of it, and what changes for them. */
export function UnitPreview({ draft, releases, units, children }: Given) {
  const meant = meantBy(draft, units)
  const { now, later, has } = foretold(draft.release, meant)
  return (
    <Panel title="What it would do" note="nothing is started yet">
      {meant.length === 0 ? (
        <Empty title="Nobody is meant yet" />
      ) : (
        <Proportion
          label="What it would do"
          shares={[
            { name: 'ordered at once', meaning: 'running', count: now },
            { name: 'told when back', meaning: 'waiting', count: later },
            { name: 'have it already', meaning: 'done', count: has },
          ]}
        />
      )}
      <Changes draft={draft} releases={releases} meant={meant} />
      <Steps draft={draft} />
      {children}
    </Panel>
  )
}

function Changes({ draft, releases, meant }: Pick<Given, 'draft' | 'releases'> & { meant: readonly UnitRecord[] }) {
  const to = releases.find(({ id }) => id === draft.release)
  if (!to) return null
  const groups = releasesOf(draft.release, meant)
  return groups.map(({ from, units }) => {
    const before = releases.find(({ id }) => id === from?.id)
    const list = before ? releaseDiff(before.content, to.content) : null
    return (
      <details key={from?.id ?? 0} className="apart" open={groups.length === 1}>
        <summary>
          {countText(units, 'unit')} from <b>{from?.name ?? 'no release'}</b>
          {list ? `: ${countText(list.length, 'change')}` : ': all of it is new'}
        </summary>
        {list ? <Differences list={list} /> : null}
      </details>
    )
  })
}

function Steps({ draft }: { draft: UnitRolloutDraft }) {
  const { phases = [] } = unitOrderOf(draft)
  return (
    <ol className="plain steps">
      {phases.map(({ size, gate = {} }, at) => (
        <li key={draft.phases[at]?.key}>
          <b>{sizeText(size, 'unit')}</b>
          <span className="reason">next at {gateTexts(gate).join(', ')}</span>
        </li>
      ))}
      <li>
        <b>{phases.length > 0 ? 'all others' : 'all at once'}</b>
      </li>
    </ol>
  )
}
