import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ask, useFleet, useNow } from '../../live/fleet.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { type AnyRollout, isOver, together } from './any-rollout.ts'
import { RolloutRows } from './rollout-row.tsx'

/** Every rollout, of packages and of releases: first those that go on or wait, then those that are over. */
export function Rollouts() {
  const { client } = useFleet()
  const packages = useQuery(ask.rollouts(client))
  const releases = useQuery(ask.unitRollouts(client))
  const actions = (
    <>
      <Link to="/unit-rollouts/new" className="button">
        A release to units
      </Link>
      <Link to="/rollouts/new" className="button main">
        A package to devices
      </Link>
    </>
  )
  return (
    <Page title="Rollouts" lead="What goes to whom, and how far it is." actions={actions}>
      <Answered of={packages}>
        {(ofPackages) => (
          <Answered of={releases}>{(ofReleases) => <Grouped all={together(ofPackages, ofReleases)} />}</Answered>
        )}
      </Answered>
    </Page>
  )
}

function Grouped({ all }: { all: readonly AnyRollout[] }) {
  const now = useNow()
  if (all.length === 0)
    return (
      <Empty title="Nothing was rolled out yet" icon="rollouts">
        Choose a package on <Link to="/packages">Packages</Link>, or a release on <Link to="/releases">Releases</Link>,
        and roll it out.
      </Empty>
    )
  const open = all.filter((one) => !isOver(one, now))
  const over = all.filter((one) => isOver(one, now))
  return (
    <>
      <Panel title="Going on" note={open.length}>
        {open.length > 0 ? <RolloutRows list={open} /> : <Empty title="No rollout is running" />}
      </Panel>
      {over.length > 0 ? (
        <Panel title="Over" note={over.length}>
          <RolloutRows list={over} />
        </Panel>
      ) : null}
    </>
  )
}
