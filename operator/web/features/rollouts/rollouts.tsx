import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { RolloutRecord } from '@windlass/wire/operator'
import { ask, useFleet, useNow } from '../../live/fleet.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { RolloutRows } from './rollout-row.tsx'
import { rolloutState } from './rollout-state.ts'

/** Every rollout: first those that go on or wait, then those that are over. */
export function Rollouts() {
  const { client } = useFleet()
  const question = useQuery(ask.rollouts(client))
  const actions = (
    <Link to="/rollouts/new" className="button main">
      A new rollout
    </Link>
  )
  return (
    <Page title="Rollouts" lead="Which package goes to whom, and how far it is." actions={actions}>
      <Answered of={question}>
        {(rollouts) =>
          rollouts.length === 0 ? (
            <Empty title="Nothing was rolled out yet" icon="rollouts">
              Choose a package on <Link to="/packages">Packages</Link> and roll it out.
            </Empty>
          ) : (
            <Grouped rollouts={rollouts} />
          )
        }
      </Answered>
    </Page>
  )
}

function Grouped({ rollouts }: { rollouts: readonly RolloutRecord[] }) {
  const now = useNow()
  const isOver = (one: RolloutRecord) => one.status === 'aborted' || rolloutState(one, now).meaning === 'done'
  const open = rollouts.filter((one) => !isOver(one))
  const over = rollouts.filter(isOver)
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
